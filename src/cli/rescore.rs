//! `ascolto score --all`.

use std::io::Write;

use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::progress::bar;
use super::report_error::Exit;
use super::terminal::count;
use crate::pipeline::rescore::{Rescored, Rescoring};
use crate::store::Store;

/// What `--all` prints as JSON.
#[derive(Serialize)]
struct RescoredJson<'a> {
    lists: &'a str,
    mentions: u64,
    weighed: u64,
    relabelled: u64,
    sentiment: u64,
    intent: u64,
    priority: u64,
    passed_over: u64,
}

/// Weighs the archive anew.
pub(crate) fn run(app: &App, force: bool) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let Some(mut store) = Store::open_existing(&instance.index())? else {
        anstream::eprintln!("nothing was collected yet: `ascolto collect`");
        return Ok(Exit::Nothing);
    };
    let rescoring = Rescoring::new(&instance.config, instance.judge());
    let bar = bar(0, "weighing");
    let done = rescoring.run(&mut store, force, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    report(app.format, done?, instance.lists().version())?;
    Ok(Exit::Done)
}

fn report(format: Format, rescored: Rescored, lists: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    if format == Format::Json {
        let object = RescoredJson {
            lists,
            mentions: rescored.mentions,
            weighed: rescored.weighed,
            relabelled: rescored.relabelled,
            sentiment: rescored.sentiment,
            intent: rescored.intent,
            priority: rescored.priority,
            passed_over: rescored.passed_over,
        };
        return json_line(&mut out, &object);
    }
    let mentions = usize::try_from(rescored.mentions).unwrap_or(usize::MAX);
    writeln!(
        out,
        "{}, {} weighed anew by the lists {lists}: {} changed label (sentiment {}, intent {}, \
         priority {})",
        count(mentions, "mention", "mentions"),
        rescored.weighed,
        rescored.relabelled,
        rescored.sentiment,
        rescored.intent,
        rescored.priority,
    )?;
    if rescored.passed_over > 0 {
        anstream::eprintln!(
            "{} changed meanwhile and left alone: run it once more",
            rescored.passed_over
        );
    }
    if rescored.weighed > 0 {
        anstream::eprintln!(
            "an `ascolto run` that is running reads the lists when it starts again"
        );
    }
    Ok(())
}
