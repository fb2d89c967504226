//! (to come)
#[derive(Debug)]
pub struct Cluster;
