//! What `quarterdeck logs` takes.
use clap::Args as ClapArgs;

#[derive(Clone, Debug, ClapArgs)]
pub struct LogsArgs {
    /// A log group such as /aws/eks/app/cluster; KIND/NAME such as pod/web-1, deploy/shop/web, node/ip-10-0-1-2, cluster/app; a
    /// file, packed by gzip or not; `-` for standard input.
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Go on reading what comes.
    #[arg(short, long)]
    pub follow: bool,
    /// From when on: 15m (so long ago), 14:05, 2026-11-24T14:05:00Z.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Up to when.
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    pub until: Option<String>,
    /// Only events in which this regular expression is found.
    #[arg(long = "match", value_name = "REGEX")]
    pub match_: Option<String>,
    /// Only what this filter lets through, written as after `/` in the console.
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Print records, one a line: target, source, time, ingested, id, level, message.
    #[arg(long)]
    pub json: bool,
    /// Print lines without colours, also of files.
    #[arg(long)]
    pub plain: bool,
    /// Also read by sessions of Live Tail, at once but for US$ 0.01 a minute.
    #[arg(long, requires = "follow")]
    pub live: bool,
}
