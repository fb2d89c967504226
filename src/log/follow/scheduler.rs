//! Who may ask, and when: one for each account, region and operation. The quota is the account's: colleagues, the browser's console
//! and functions draw on it too, so half of it is taken, and less as soon as the service throttles.
use crate::log::TargetNo;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    FilterLogEvents,
    GetLogEvents,
    DescribeLogGroups,
    DescribeLogStreams,
    StartLiveTail,
    StartQuery,
    GetQueryResults,
}

impl Operation {
    /// Calls a second for an account in a region, as documented (2026).
    #[must_use]
    pub fn quota(self, region: &str) -> u32 {
        const FIVE: &[&str] = &["ap-northeast-3", "ap-southeast-3", "ca-west-1", "eu-central-1", "il-central-1"];
        const TEN: &[&str] = &["us-west-2", "eu-west-1"];
        let small = FIVE.contains(&region);
        match self {
            Self::FilterLogEvents if region == "us-east-1" => 25,
            Self::FilterLogEvents if small => 5,
            Self::FilterLogEvents => 10,
            Self::GetLogEvents if region == "eu-west-3" => 30,
            Self::GetLogEvents if small || TEN.contains(&region) => 10,
            Self::GetLogEvents => 25,
            Self::DescribeLogGroups | Self::StartQuery | Self::GetQueryResults => 10,
            Self::DescribeLogStreams => 25,
            Self::StartLiveTail => 5,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Weight {
    /// On the screen.
    Visible,
    #[default]
    Background,
}

impl Weight {
    const fn stride(self) -> u64 {
        match self {
            Self::Visible => 1,
            Self::Background => 4,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Go(TargetNo),
    /// Somebody wants to ask, and may from this time on.
    Wait(i64),
    /// Nobody wants to ask.
    Idle,
}

#[derive(Debug)]
struct Member {
    who: TargetNo,
    weight: Weight,
    /// Grows with every turn taken, faster the less weight it has: the lowest is next.
    pass: u64,
    /// When it had its last turn, counted in turns.
    turn: u64,
    wants_since: Option<i64>,
    asking: bool,
}

#[derive(Debug)]
pub struct Scheduler {
    /// Calls a second: now, and at most.
    rate: f64,
    most: f64,
    tokens: f64,
    filled_at: i64,
    members: Vec<Member>,
    pass: u64,
    turns: u64,
    paused_until: i64,
    throttles: u32,
    throttled_at: Option<i64>,
}

/// So many calls may be made at once after a pause.
const BURST: f64 = 2.0;

impl Scheduler {
    #[must_use]
    pub fn new(operation: Operation, region: &str, now: i64) -> Self {
        Self::of_quota(f64::from(operation.quota(region)), now)
    }

    /// For who knows the quota better than the table.
    #[must_use]
    pub fn of_quota(calls_a_second: f64, now: i64) -> Self {
        let most = (calls_a_second / 2.0).max(0.5);
        Self {
            rate: most,
            most,
            tokens: 1.0,
            filled_at: now,
            members: vec![],
            pass: 0,
            turns: 0,
            paused_until: i64::MIN,
            throttles: 0,
            throttled_at: None,
        }
    }

    pub fn join(&mut self, who: TargetNo, weight: Weight) {
        self.leave(who);
        self.members.push(Member { who, weight, pass: self.pass, turn: 0, wants_since: None, asking: false });
    }

    pub fn leave(&mut self, who: TargetNo) {
        self.members.retain(|member| member.who != who);
    }

    pub fn weigh(&mut self, who: TargetNo, weight: Weight) {
        if let Some(member) = self.member(who) {
            member.weight = weight;
        }
    }

    fn member(&mut self, who: TargetNo) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.who == who)
    }

    /// It has something to ask.
    pub fn want(&mut self, who: TargetNo, now: i64) {
        let pass = self.pass;
        if let Some(member) = self.member(who)
            && member.wants_since.is_none()
        {
            member.wants_since = Some(now);
            // Who was silent has no claim to the turns that it did not take.
            member.pass = member.pass.max(pass);
        }
    }

    /// Whose turn it is. Who gets it has an ask under way until `done`.
    pub fn next(&mut self, now: i64) -> Turn {
        self.fill(now);
        let waiting = self.members.iter_mut().filter(|member| member.wants_since.is_some() && !member.asking);
        let Some(first) = waiting.min_by_key(|member| (member.pass, member.turn, member.wants_since)) else {
            return Turn::Idle;
        };
        if self.paused_until > now {
            return Turn::Wait(self.paused_until);
        }
        if self.tokens < 1.0 {
            #[allow(clippy::cast_possible_truncation)]
            let wait = ((1.0 - self.tokens) / self.rate * 1000.0).ceil() as i64;
            return Turn::Wait(now + wait.max(1));
        }
        self.tokens -= 1.0;
        self.pass = first.pass;
        self.turns += 1;
        first.turn = self.turns;
        first.pass += first.weight.stride();
        (first.wants_since, first.asking) = (None, true);
        Turn::Go(first.who)
    }

    fn fill(&mut self, now: i64) {
        #[allow(clippy::cast_precision_loss)]
        let passed = (now - self.filled_at).clamp(0, 60_000) as f64;
        self.filled_at = now;
        self.tokens = (self.tokens + passed / 1000.0 * self.rate).min(BURST);
        if self.paused_until > now + 60_000 {
            // The clock was set back.
            self.paused_until = now;
        }
    }

    /// The ask of this one came back; a call that was not throttled lets the rate grow again.
    pub fn done(&mut self, who: TargetNo, throttled: bool, now: i64) {
        if let Some(member) = self.member(who) {
            member.asking = false;
        }
        if !throttled {
            self.throttles = 0;
            self.rate = (self.rate + self.most * 0.01).min(self.most);
            return;
        }
        // Several that were under way at once are told the same thing: that counts once.
        if self.throttled_at.is_some_and(|at| (0..500).contains(&(now - at))) {
            return;
        }
        self.throttled_at = Some(now);
        self.rate = (self.rate / 2.0).max(self.most / 16.0).max(0.1);
        self.tokens = 0.0;
        self.paused_until = now + (250_i64 << self.throttles.min(5));
        self.throttles += 1;
    }

    /// Who wants to ask and waits, and since when.
    pub fn behind(&self) -> impl Iterator<Item = (TargetNo, i64)> {
        self.members.iter().filter_map(|member| Some((member.who, member.wants_since?)))
    }

    /// Calls a second at this moment, and at most.
    #[must_use]
    pub fn rate(&self) -> (f64, f64) {
        (self.rate, self.most)
    }
}
