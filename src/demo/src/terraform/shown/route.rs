//! Route tables, their routes and their subnets.
use super::{Change, Shown, in_use, set, tags};
use crate::{
    terraform::value::{Fields, Told, Value},
    world::{
        Region,
        network::{Route, RouteTable, Target},
    },
};

pub fn table(region: &mut Region, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let default = change.name == "aws_default_route_table";
    let id = if default { state.text("default_route_table_id").to_owned() } else { state.text("id").to_owned() };
    let new_tags = tags(state);
    // routes that are written in the table; where none are written they are a matter of their own
    let written = match state.value("route") {
        Value::List(all) => Some(all.iter().filter_map(|one| one.fields().and_then(told)).collect::<Vec<_>>()),
        _ => None,
    };
    if let Some(table) = region.tables.iter_mut().find(|one| one.id == id) {
        table.tags = new_tags;
        if let Some(written) = written.filter(|all| !all.is_empty() || default) {
            table.routes.retain(|route| route.target == Target::Local);
            table.routes.extend(written);
        }
        set(state, "vpc_id", table.vpc.clone());
        return Ok(Shown::Yes);
    }
    let vpc = state.text("vpc_id").to_owned();
    let of = region.vpcs.iter().find(|one| one.id == vpc);
    let of = of.ok_or_else(|| format!("api error InvalidVpcID.NotFound: The vpc ID '{vpc}' does not exist"))?;
    let local = Route { destination: of.block.to_string(), target: Target::Local, blackhole: false };
    let routes = [local].into_iter().chain(written.unwrap_or_default()).collect();
    region.tables.push(RouteTable { id, vpc, main: false, associations: vec![], routes, tags: new_tags });
    Ok(Shown::Yes)
}

pub fn remove_table(region: &mut Region, id: &str) -> Result<(), String> {
    if region.tables.iter().any(|one| one.id == id && !one.associations.is_empty()) {
        return Err(in_use("routeTable", id));
    }
    region.tables.retain(|one| one.id != id);
    Ok(())
}

/// A route as its attributes tell it; nothing where it leads to what the world does not have.
fn told(state: &Fields) -> Option<Route> {
    let destination =
        ["destination_cidr_block", "cidr_block", "destination_prefix_list_id"].map(|name| state.text(name));
    let destination = destination.into_iter().find(|text| !text.is_empty())?.to_owned();
    let to = |name: &str| Some(state.text(name).to_owned()).filter(|id| !id.is_empty());
    let target = to("gateway_id")
        .map(Target::Internet)
        .or_else(|| to("nat_gateway_id").map(Target::Nat))
        .or_else(|| to("transit_gateway_id").map(Target::Transit))
        .or_else(|| to("vpc_peering_connection_id").map(Target::Peering))
        .or_else(|| to("vpc_endpoint_id").map(Target::Endpoint))?;
    Some(Route { destination, target, blackhole: false })
}

pub fn route(region: &mut Region, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let Some(new) = told(state) else { return Ok(Shown::No) };
    let id = state.text("route_table_id").to_owned();
    let table = region.tables.iter_mut().find(|one| one.id == id);
    let table = table
        .ok_or_else(|| format!("api error InvalidRouteTableID.NotFound: The routeTable ID '{id}' does not exist"))?;
    let there = table.routes.iter_mut().find(|route| route.destination == new.destination);
    match there {
        Some(_) if change.old.is_none() => {
            return Err(format!(
                "api error RouteAlreadyExists: The route identified by {} already exists.",
                new.destination
            ));
        }
        Some(old) => *old = new,
        None => table.routes.push(new),
    }
    set(state, "state", "active");
    set(state, "origin", "CreateRoute");
    Ok(Shown::Yes)
}

pub fn seen(region: &Region, state: &mut Fields) -> bool {
    let Some(own) = told(state) else { return true };
    let table = region.tables.iter().find(|one| one.id == state.text("route_table_id"));
    let found = table.and_then(|table| table.routes.iter().find(|route| route.destination == own.destination));
    if let Some(route) = found {
        set(state, "state", if route.blackhole { "blackhole" } else { "active" });
    }
    found.is_some()
}

pub fn remove_route(region: &mut Region, state: &Fields) {
    let Some(own) = told(state) else { return };
    if let Some(table) = region.tables.iter_mut().find(|one| one.id == state.text("route_table_id")) {
        table.routes.retain(|route| route.destination != own.destination || route.target == Target::Local);
    }
}

pub fn association(region: &mut Region, state: &Fields) -> Result<Shown, String> {
    let (id, subnet, of) = (state.text("id"), state.text("subnet_id"), state.text("route_table_id"));
    if subnet.is_empty() {
        return Ok(Shown::No);
    }
    let taken = region
        .tables
        .iter()
        .flat_map(|table| &table.associations)
        .find(|(own, to)| own != id && to.as_deref() == Some(subnet));
    if let Some((other, _)) = taken {
        let why = "the specified association for route table";
        return Err(format!(
            "api error Resource.AlreadyAssociated: {why} {of} conflicts with an existing association: {other}"
        ));
    }
    for table in &mut region.tables {
        table.associations.retain(|(own, _)| own != id);
    }
    let table = region.tables.iter_mut().find(|one| one.id == of);
    let table = table
        .ok_or_else(|| format!("api error InvalidRouteTableID.NotFound: The routeTable ID '{of}' does not exist"))?;
    table.associations.push((id.to_owned(), Some(subnet.to_owned())));
    Ok(Shown::Yes)
}

pub fn remove_association(region: &mut Region, id: &str) {
    for table in &mut region.tables {
        table.associations.retain(|(own, _)| own != id);
    }
}
