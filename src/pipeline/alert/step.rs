//! What to do about what a rule found: tell it now, hold it back, or let it rest.

use std::time::Duration;

use super::past::Seen;
use super::rule::Found;
use crate::config::AlertRule;
use crate::model::{Stage, Timestamp};

/// How long the first mention waits for others, which sources that are read at the same time bring
/// a moment later: a burst is one message, also where it comes from several places.
pub(super) const GATHER: Duration = Duration::from_secs(30);

/// How an alert tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    pub(super) rule: AlertRule,
    pub(super) cooldown: Duration,
    /// How long after the first message it is escalated.
    pub(super) escalate: Option<Duration>,
    /// Whether these are quiet hours.
    pub(super) quiet: bool,
}

/// How the incident stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// Messages sent so far.
    pub(super) messages: u64,
    /// When the first of them was.
    pub(super) first: Option<Timestamp>,
    /// When the last of them was.
    pub(super) last: Option<Timestamp>,
    /// Whether somebody looks after it.
    pub(super) acked: bool,
    /// Whether it was escalated.
    pub(super) escalated: bool,
    /// Mentions held back.
    pub(super) waiting: u64,
    /// Whether a mention of it is urgent, told or held back. Looked up in quiet hours alone, which
    /// hold back neither what is urgent nor that nobody looks after it.
    pub(super) urgent: bool,
}

/// What was found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct News {
    /// Whether the rule holds.
    pub(super) holds: bool,
    /// Mentions that come to the incident now.
    pub(super) fresh: u64,
    /// Whether one that nobody was told of, now or held back, is urgent.
    pub(super) urgent: bool,
    /// Since when the first of those that may be told now could have been; none where counts are
    /// told, not mentions.
    pub(super) since: Option<Timestamp>,
    /// Whether the incident is over.
    pub(super) calm: bool,
}

impl News {
    /// What a rule found; `untold` are the mentions that nobody was told of, now or held back.
    pub(super) fn of(found: &Found, untold: &[Seen], manners: &Manners) -> Self {
        Self {
            holds: found.facts.is_some(),
            fresh: u64::try_from(found.fresh.len()).unwrap_or(u64::MAX),
            urgent: untold.iter().any(Seen::is_urgent),
            since: tellable(manners, untold),
            calm: found.calm,
        }
    }
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing.
    Rest,
    /// Note it, and tell later.
    Hold,
    /// Tell it.
    Tell(Stage),
    /// It is over, and not worth a message.
    Close,
}

/// Decides. `standing` is the incident that is on.
pub(super) fn step(
    manners: &Manners,
    standing: Option<&Standing>,
    news: &News,
    now: Timestamp,
) -> Step {
    let muted = manners.quiet && !news.urgent;
    let gathered = is_gathered(news, now);
    let noted = if news.fresh > 0 {
        Step::Hold
    } else {
        Step::Rest
    };
    let Some(standing) = standing else {
        return match (news.holds, gathered && !muted) {
            (false, _) => Step::Rest,
            (true, false) => Step::Hold,
            (true, true) => Step::Tell(Stage::Raised),
        };
    };
    if standing.messages == 0 {
        return if gathered && !muted {
            Step::Tell(Stage::Raised)
        } else {
            noted
        };
    }
    // Who looks after a state need not hear of each mention; a new mention is told all the same
    // where mentions are what the alert is about.
    let listening = is_about_mentions(manners.rule) || !standing.acked;
    let ready = gathered && !muted && cooled(manners, standing, now);
    if news.fresh + standing.waiting > 0 && listening && ready {
        return Step::Tell(Stage::Again);
    }
    let unattended = !standing.acked && !standing.escalated;
    let due = manners
        .escalate
        .filter(|_| unattended)
        .map(|pause| standing.first.is_none_or(|first| now.since(first) >= pause));
    if due == Some(true) && (!muted || standing.urgent) {
        return Step::Tell(Stage::Escalated);
    }
    let settled = news.calm && (standing.waiting == 0 || !is_about_mentions(manners.rule));
    if settled && news.fresh == 0 && due.is_none() {
        return over(manners, standing);
    }
    noted
}

/// A single mention is not told to be over; whoever was told twice, or of a state, hears its end.
fn over(manners: &Manners, standing: &Standing) -> Step {
    if manners.rule == AlertRule::When && standing.messages < 2 {
        Step::Close
    } else if manners.quiet {
        Step::Rest
    } else {
        Step::Tell(Stage::Over)
    }
}

/// Whether the alert is about single mentions, not about how many there are.
pub(super) const fn is_about_mentions(rule: AlertRule) -> bool {
    matches!(rule, AlertRule::When | AlertRule::Unanswered { .. })
}

/// Since when the first of `untold` that may be told now could have been: in quiet hours these are
/// the urgent ones. None where counts are told, not mentions.
fn tellable(manners: &Manners, untold: &[Seen]) -> Option<Timestamp> {
    let after = match manners.rule {
        AlertRule::When => Duration::ZERO,
        AlertRule::Unanswered { after } => after,
        _ => return None,
    };
    untold
        .iter()
        .filter(|seen| !manners.quiet || seen.is_urgent())
        .map(|seen| seen.collected.max(seen.date.plus(after)))
        .min()
}

/// Whether the others had their time to come in. A moment from the future was noted before the clock
/// was set back.
fn is_gathered(news: &News, now: Timestamp) -> bool {
    news.since
        .is_none_or(|since| since > now || now.since(since) >= GATHER)
}

/// Whether the cool-down has passed. A last message from the future was made before the clock was
/// set back.
fn cooled(manners: &Manners, standing: &Standing, now: Timestamp) -> bool {
    standing
        .last
        .is_none_or(|last| last > now || now.since(last) >= manners.cooldown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn manners(rule: AlertRule) -> Manners {
        Manners {
            rule,
            cooldown: 15 * MINUTE,
            escalate: None,
            quiet: false,
        }
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-20T12:00:00Z").unwrap()
    }

    fn told(minutes_ago: u32) -> Standing {
        let at = Some(now().minus(MINUTE * minutes_ago));
        Standing {
            messages: 1,
            first: at,
            last: at,
            ..Standing::default()
        }
    }

    const FRESH: News = News {
        holds: true,
        fresh: 1,
        urgent: false,
        since: None,
        calm: false,
    };
    const CALM: News = News {
        holds: false,
        fresh: 0,
        urgent: false,
        since: None,
        calm: true,
    };
    const THRESHOLD: AlertRule = AlertRule::Threshold {
        count: 3,
        within: MINUTE,
    };

    #[test]
    fn bursts_become_one_message() {
        let when = manners(AlertRule::When);
        assert_eq!(step(&when, None, &FRESH, now()), Step::Tell(Stage::Raised));
        assert_eq!(step(&when, Some(&told(14)), &FRESH, now()), Step::Hold);
        assert_eq!(
            step(&when, Some(&told(15)), &FRESH, now()),
            Step::Tell(Stage::Again)
        );
        let held = Standing {
            waiting: 7,
            ..told(15)
        };
        let nothing = News::default();
        assert_eq!(
            step(&when, Some(&held), &nothing, now()),
            Step::Tell(Stage::Again)
        );
        // The clock was set back by a year.
        let future = Standing {
            last: Some(now().plus(MINUTE * 500_000)),
            waiting: 1,
            ..told(0)
        };
        assert_eq!(
            step(&when, Some(&future), &nothing, now()),
            Step::Tell(Stage::Again)
        );
    }

    #[test]
    fn the_first_mention_waits_for_the_others_and_not_for_long() {
        let when = manners(AlertRule::When);
        let since = |seconds| News {
            since: Some(now().minus(Duration::from_secs(seconds))),
            urgent: true,
            ..FRESH
        };
        let held = Standing {
            waiting: 3,
            ..Standing::default()
        };
        for (standing, seconds, decided) in [
            (None, 0, Step::Hold),
            (None, 29, Step::Hold),
            (None, 30, Step::Tell(Stage::Raised)),
            (Some(held), 29, Step::Hold),
            (Some(held), 30, Step::Tell(Stage::Raised)),
            (Some(told(20)), 29, Step::Hold),
            (Some(told(20)), 30, Step::Tell(Stage::Again)),
            // What waited for the end of the cool-down has gathered long ago.
            (Some(told(14)), 600, Step::Hold),
            (Some(told(15)), 600, Step::Tell(Stage::Again)),
        ] {
            let decision = step(&when, standing.as_ref(), &since(seconds), now());
            assert_eq!(decision, decided, "{standing:?} after {seconds} s");
        }
        // The clock was set back.
        let future = News {
            since: Some(now().plus(MINUTE)),
            ..FRESH
        };
        assert_eq!(step(&when, None, &future, now()), Step::Tell(Stage::Raised));
    }

    #[test]
    fn quiet_hours_hold_back_all_but_the_urgent() {
        let quiet = Manners {
            quiet: true,
            ..manners(AlertRule::When)
        };
        assert_eq!(step(&quiet, None, &FRESH, now()), Step::Hold);
        let urgent = News {
            urgent: true,
            ..FRESH
        };
        assert_eq!(
            step(&quiet, None, &urgent, now()),
            Step::Tell(Stage::Raised)
        );
        let held = Standing {
            waiting: 3,
            ..Standing::default()
        };
        assert_eq!(
            step(&quiet, Some(&held), &News::default(), now()),
            Step::Rest
        );
        assert_eq!(step(&quiet, Some(&held), &FRESH, now()), Step::Hold);
        let day = manners(AlertRule::When);
        assert_eq!(
            step(&day, Some(&held), &News::default(), now()),
            Step::Tell(Stage::Raised)
        );
    }

    #[test]
    fn quiet_hours_hold_back_the_escalation_of_all_but_the_urgent() {
        for (quiet, urgent, decided) in [
            (false, false, Step::Tell(Stage::Escalated)),
            (false, true, Step::Tell(Stage::Escalated)),
            (true, false, Step::Rest),
            (true, true, Step::Tell(Stage::Escalated)),
        ] {
            let night = Manners {
                quiet,
                escalate: Some(MINUTE * 30),
                ..manners(AlertRule::When)
            };
            let standing = Standing { urgent, ..told(40) };
            let decision = step(&night, Some(&standing), &News::default(), now());
            assert_eq!(decision, decided, "quiet {quiet}, urgent {urgent}");
        }
    }

    #[test]
    fn an_incident_ends_with_a_message_where_one_is_owed() {
        let when = manners(AlertRule::When);
        assert_eq!(step(&when, Some(&told(300)), &CALM, now()), Step::Close);
        let twice = Standing {
            messages: 2,
            ..told(300)
        };
        assert_eq!(
            step(&when, Some(&twice), &CALM, now()),
            Step::Tell(Stage::Over)
        );
        let many = manners(THRESHOLD);
        assert_eq!(
            step(&many, Some(&told(5)), &CALM, now()),
            Step::Tell(Stage::Over)
        );
        let quiet = Manners {
            quiet: true,
            ..many
        };
        assert_eq!(step(&quiet, Some(&told(5)), &CALM, now()), Step::Rest);
    }

    #[test]
    fn whoever_looks_after_a_state_hears_only_of_its_end() {
        let acked = Standing {
            acked: true,
            ..told(60)
        };
        assert_eq!(
            step(&manners(THRESHOLD), Some(&acked), &FRESH, now()),
            Step::Hold
        );
        assert_eq!(
            step(&manners(THRESHOLD), Some(&acked), &CALM, now()),
            Step::Tell(Stage::Over)
        );
        assert_eq!(
            step(&manners(AlertRule::When), Some(&acked), &FRESH, now()),
            Step::Tell(Stage::Again)
        );
    }

    #[test]
    fn what_nobody_acknowledged_is_escalated_once() {
        let manners = Manners {
            escalate: Some(30 * MINUTE),
            ..manners(AlertRule::When)
        };
        let nothing = News::default();
        assert_eq!(step(&manners, Some(&told(29)), &nothing, now()), Step::Rest);
        assert_eq!(
            step(&manners, Some(&told(30)), &nothing, now()),
            Step::Tell(Stage::Escalated)
        );
        for standing in [
            Standing {
                acked: true,
                ..told(30)
            },
            Standing {
                escalated: true,
                ..told(30)
            },
        ] {
            assert_eq!(step(&manners, Some(&standing), &nothing, now()), Step::Rest);
        }
        // It is not closed before its time has come.
        assert_eq!(step(&manners, Some(&told(20)), &CALM, now()), Step::Rest);
    }
}
