//! EC2: the network and the hosts in it.
mod console;
mod group;
mod image;
mod instance;
mod interface;
mod listing;
mod part;
mod place;
mod power;
mod revoke;
mod route;
mod shape;
mod status;
mod tags;
mod transit;
mod vpc;
mod vpn;

use super::{
    service::{Operation, Service},
    wire::Wire,
};

pub const SERVICE: Service = Service {
    name: "ec2",
    wire: Wire::Ec2,
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    bad_token: ("InvalidNextToken", "The token '{}' is invalid"),
    operations: &[
        Operation::new("ec2:CreateTags", tags::create),
        Operation::new("ec2:DeleteTags", tags::delete),
        Operation::new("ec2:DescribeAddresses", route::addresses),
        Operation::new("ec2:DescribeAvailabilityZones", place::zones),
        Operation::new("ec2:DescribeClientVpnAuthorizationRules", vpn::authorizations),
        Operation::new("ec2:DescribeClientVpnConnections", vpn::connections),
        Operation::new("ec2:DescribeClientVpnEndpoints", vpn::endpoints),
        Operation::new("ec2:DescribeClientVpnRoutes", vpn::routes),
        Operation::new("ec2:DescribeClientVpnTargetNetworks", vpn::networks),
        Operation::new("ec2:DescribeDhcpOptions", vpc::dhcp_options),
        Operation::new("ec2:DescribeFlowLogs", vpc::flow_logs),
        Operation::new("ec2:DescribeImages", image::images),
        Operation::new("ec2:DescribeInstanceStatus", status::statuses),
        Operation::new("ec2:DescribeInstanceTypes", shape::types),
        Operation::new("ec2:DescribeInstances", instance::instances),
        Operation::new("ec2:DescribeInternetGateways", route::internet_gateways),
        Operation::new("ec2:DescribeNatGateways", route::nat_gateways),
        Operation::new("ec2:DescribeNetworkAcls", vpc::acls),
        Operation::new("ec2:DescribeNetworkInterfaces", interface::interfaces),
        Operation::new("ec2:DescribeRegions", place::regions),
        Operation::new("ec2:DescribeRouteTables", route::tables),
        Operation::new("ec2:DescribeSecurityGroupRules", group::rules),
        Operation::new("ec2:DescribeSecurityGroups", group::groups),
        Operation::new("ec2:DescribeSubnets", vpc::subnets),
        Operation::new("ec2:DescribeTags", tags::describe),
        Operation::new("ec2:DescribeTransitGatewayAttachments", transit::attachments),
        Operation::new("ec2:DescribeTransitGatewayVpcAttachments", transit::vpc_attachments),
        Operation::new("ec2:DescribeTransitGateways", transit::gateways),
        Operation::new("ec2:DescribeVolumes", image::volumes),
        Operation::new("ec2:DescribeVpcAttribute", vpc::attribute),
        Operation::new("ec2:DescribeVpcEndpoints", transit::endpoints),
        Operation::new("ec2:DescribeVpcs", vpc::vpcs),
        Operation::new("ec2:ExportClientVpnClientConfiguration", vpn::configuration),
        Operation::new("ec2:GetConsoleOutput", console::output),
        Operation::new("ec2:RebootInstances", power::reboot),
        Operation::new("ec2:RevokeSecurityGroupEgress", revoke::egress),
        Operation::new("ec2:RevokeSecurityGroupIngress", revoke::ingress),
        Operation::new("ec2:StartInstances", power::start),
        Operation::new("ec2:StopInstances", power::stop),
        Operation::new("ec2:TerminateClientVpnConnections", vpn::terminate),
        Operation::new("ec2:TerminateInstances", power::terminate),
    ],
};
