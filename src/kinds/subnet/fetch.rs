//! Asks EC2 for subnets and route tables, and finds the table in force for each.
use std::collections::HashMap;

use aws_sdk_ec2::types::{self, RouteState};

use super::{Routes, Subnet};
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask, Caller,
            describe::{self, Style},
            field::{self, tag, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list subnets", "ec2:DescribeSubnets");
const TABLES: Ask = Ask::new("list route tables", "ec2:DescribeRouteTables");

impl Fetch for Subnet {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let (rows, tables) = tokio::join!(subnets(&caller), tables(&caller));
        let mut rows = rows?;
        match tables {
            Ok(tables) => {
                let tables = Tables::of(&tables);
                rows.iter_mut().for_each(|row| row.routes = tables.in_force(&row.id, &row.vpc));
            }
            Err(error) => sink.partial(error).await,
        }
        sink.send(Step::whole(rows)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let told = caller.ask(ASK, caller.ec2().describe_subnets().subnet_ids(id).send()).await?;
        let found = told.subnets().first().ok_or_else(|| field::gone("subnet", id, caller.region()))?;
        Ok(describe::json(found, Style::Upper, &[]))
    }
}

async fn subnets(caller: &Caller) -> Result<Vec<Subnet>> {
    let mut pages = caller.pages(ASK);
    let estate = caller.vpcs().await?;
    let mut all = vec![];
    let ask = |token| caller.ec2().describe_subnets().max_results(1000).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        all.extend(page.subnets().iter().filter_map(subnet).filter(|row| estate.holds(&row.vpc)));
    }
    Ok(all)
}

async fn tables(caller: &Caller) -> Result<Vec<types::RouteTable>> {
    let mut pages = caller.pages(TABLES);
    let mut all = vec![];
    let ask = |token| caller.ec2().describe_route_tables().max_results(100).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        all.extend(page.route_tables.unwrap_or_default());
    }
    Ok(all)
}

fn subnet(raw: &types::Subnet) -> Option<Subnet> {
    Some(Subnet {
        id: raw.subnet_id()?.into(),
        name: tag(raw.tags(), "Name").into(),
        zone: text(raw.availability_zone()),
        cidr: text(raw.cidr_block().filter(|c| !c.is_empty()).or_else(|| ipv6(raw))),
        free: raw.available_ip_address_count().unwrap_or(0).into(),
        state: text(raw.state().map(types::SubnetState::as_str)),
        vpc: text(raw.vpc_id()),
        arn: text(raw.subnet_arn()),
        public_ips: raw.map_public_ip_on_launch().unwrap_or(false),
        routes: None,
    })
}

fn ipv6(raw: &types::Subnet) -> Option<&str> {
    raw.ipv6_cidr_block_association_set().first()?.ipv6_cidr_block()
}

/// Route tables by the subnet and by the VPC that they are in force for.
struct Tables<'a> {
    own: HashMap<&'a str, &'a types::RouteTable>,
    main: HashMap<&'a str, &'a types::RouteTable>,
}

impl<'a> Tables<'a> {
    fn of(all: &'a [types::RouteTable]) -> Self {
        let mut tables = Self { own: HashMap::new(), main: HashMap::new() };
        for (table, to) in all.iter().flat_map(|table| table.associations().iter().map(move |to| (table, to))) {
            if let Some(subnet) = to.subnet_id() {
                tables.own.insert(subnet, table);
            }
            if let (Some(true), Some(vpc)) = (to.main(), table.vpc_id()) {
                tables.main.insert(vpc, table);
            }
        }
        tables
    }

    fn in_force(&self, subnet: &str, vpc: &str) -> Option<Routes> {
        let own = self.own.get(subnet);
        let table = own.or_else(|| self.main.get(vpc))?;
        let (sort, via) = way_out(table.routes());
        let lost = table.routes().iter().filter(|route| route.state() == Some(&RouteState::Blackhole));
        let blackholes = lost.filter_map(|route| destination(route).map(Into::into)).collect();
        Some(Routes { table: text(table.route_table_id()), main: own.is_none(), sort, via: via.into(), blackholes })
    }
}

fn destination(route: &types::Route) -> Option<&str> {
    route.destination_cidr_block().or(route.destination_ipv6_cidr_block()).or(route.destination_prefix_list_id())
}

fn target(route: &types::Route) -> Option<&str> {
    [
        route.gateway_id(),
        route.nat_gateway_id(),
        route.transit_gateway_id(),
        route.vpc_peering_connection_id(),
        route.egress_only_internet_gateway_id(),
        route.network_interface_id(),
        route.instance_id(),
        route.carrier_gateway_id(),
        route.local_gateway_id(),
        route.core_network_arn(),
    ]
    .into_iter()
    .flatten()
    .find(|id| !id.is_empty())
}

/// An internet gateway on a default route makes a subnet public; any other default route, private; none, isolated.
fn way_out(routes: &[types::Route]) -> (&'static str, &str) {
    let outward = routes.iter().filter(|route| matches!(destination(route), Some("0.0.0.0/0" | "::/0")));
    let targets: Vec<&str> = outward.map(|route| target(route).unwrap_or_default()).collect();
    match targets.iter().find(|id| id.starts_with("igw-")) {
        Some(gateway) => ("public", gateway),
        None => targets.first().map_or(("isolated", ""), |via| ("private", via)),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{Route, RouteTable, RouteTableAssociation};

    use super::*;

    fn route(to: &str, via: &str) -> Route {
        let route = Route::builder().destination_cidr_block(to).state(RouteState::Active);
        if via.starts_with("nat-") { route.nat_gateway_id(via).build() } else { route.gateway_id(via).build() }
    }

    fn table(id: &str, routes: Vec<Route>, subnet: Option<&str>, main: bool) -> RouteTable {
        let to = RouteTableAssociation::builder().main(main).set_subnet_id(subnet.map(str::to_owned)).build();
        RouteTable::builder().route_table_id(id).vpc_id("vpc-1").set_routes(Some(routes)).associations(to).build()
    }

    #[test]
    fn a_subnet_without_a_table_of_its_own_follows_the_main_one() {
        let all = [
            table("rtb-main", vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "igw-1")], None, true),
            table("rtb-own", vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "nat-1")], Some("subnet-a"), false),
            table("rtb-none", vec![route("10.0.0.0/16", "local")], Some("subnet-b"), false),
        ];
        let tables = Tables::of(&all);
        let of = |subnet| tables.in_force(subnet, "vpc-1").map(|r| (r.table, r.main, r.sort, r.via)).unwrap();
        assert_eq!(of("subnet-x"), ("rtb-main".into(), true, "public", "igw-1".into()));
        assert_eq!(of("subnet-a"), ("rtb-own".into(), false, "private", "nat-1".into()));
        assert_eq!(of("subnet-b"), ("rtb-none".into(), false, "isolated", "".into()));
        assert_eq!(tables.in_force("subnet-x", "vpc-2"), None);
    }

    #[test]
    fn a_route_whose_target_is_gone_is_named() {
        let lost = Route::builder().destination_cidr_block("10.9.0.0/16").transit_gateway_id("tgw-1");
        let all = [table("rtb", vec![lost.state(RouteState::Blackhole).build()], Some("subnet-a"), false)];
        let routes = Tables::of(&all).in_force("subnet-a", "vpc-1").unwrap();
        assert_eq!(routes.blackholes, ["10.9.0.0/16".into()].into());
        assert_eq!(routes.sort, "isolated");
    }

    #[test]
    fn a_route_to_the_internet_over_ipv6_alone_is_public_too() {
        let six = Route::builder().destination_ipv6_cidr_block("::/0").gateway_id("igw-6").build();
        assert_eq!(way_out(&[route("0.0.0.0/0", "nat-1"), six]), ("public", "igw-6"));
        let out =
            Route::builder().destination_ipv6_cidr_block("::/0").egress_only_internet_gateway_id("eigw-1").build();
        assert_eq!(way_out(&[out]), ("private", "eigw-1"));
    }
}
