output "pipeline_arns" {
  description = "ARNs of the pipelines, by role of the image."
  value       = { for role, pipeline in aws_imagebuilder_image_pipeline.this : role => pipeline.arn }
}

output "parameter_names" {
  description = "Parameters that hold the newest image, by role; there is none until the pipeline has run once."
  value       = local.parameter_names
}

output "names" {
  description = "Names of components, and of recipes as recipe_ROLE: another name is another content."
  value       = merge(local.component_names, { for role, name in local.recipe_names : "recipe_${role}" => name })
}

output "parameters" {
  description = "Parameters that all images share, as the components get them."
  value       = { for name, value in var.parameters : name => value if anytrue([for declared in values(local.declared) : contains(declared.all, name)]) }
}
