output "pipeline_arns" {
  description = "ARNs of the pipelines, by role of the image."
  value       = { for role, pipeline in aws_imagebuilder_image_pipeline.this : role => pipeline.arn }
}

output "names" {
  description = "Names of components, and of recipes as recipe_ROLE: another name is another content."
  value       = merge(local.component_names, { for role, name in local.recipe_names : "recipe_${role}" => name })
}
