//! Cron lines, with the place and the words for what is wrong in them.

use super::section::short;
use super::value::Fault;
use crate::model::{CronError, CronLine};

/// The longest line that is looked at, in bytes.
const LONGEST: usize = 256;

/// The fields, with what may stand in them.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "from 0 to 59"),
    ("hour", "from 0 to 23"),
    ("day of month", "from 1 to 31"),
    ("month", "from 1 to 12, or JAN to DEC"),
    ("day of week", "from 0 or 7 (Sunday) to 6, or MON to SUN"),
];

/// A cron line of five fields.
pub(super) fn line(text: &str) -> Result<CronLine, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::new("a cron line is not that long"));
    }
    CronLine::parse(text).map_err(|error| match error {
        CronError::Fields { found } => {
            Fault::new(format!("a cron line has five fields, this has {found}"))
                .hint(right_number(text, found))
        }
        CronError::Field { name, field } => {
            let index = FIELDS.iter().position(|(other, _)| *other == name);
            let place = index.and_then(|index| place_of(text, index));
            let range = index.and_then(|index| FIELDS.get(index));
            let fault = Fault::new(format!("`{}` is no valid {name}", short(&field)))
                .hint(range.map(|(_, range)| format!("it is {range}, `*` for any")));
            match place {
                Some(place) => fault.at(place),
                None => fault,
            }
        }
        CronError::Never => Fault::new("there is no such day in any year"),
    })
}

fn right_number(text: &str, found: usize) -> String {
    match text.trim() {
        "@hourly" | "@daily" | "@weekly" => {
            format!(
                "write every = \"{}\" instead",
                text.trim().trim_start_matches('@')
            )
        }
        _ if found == 6 => "there are no seconds".to_owned(),
        _ => {
            "write minute, hour, day of month, month, day of week: \"30 8 * * MON-FRI\"".to_owned()
        }
    }
}

/// The bytes of the field of that number.
fn place_of(text: &str, index: usize) -> Option<std::ops::Range<usize>> {
    let field = text.split_whitespace().nth(index)?;
    let start = field.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some(start..start + field.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_field_is_wrong() {
        for (text, place, message) in [
            ("60 8 * * *", Some(0..2), "`60` is no valid minute"),
            ("0 24 * * *", Some(2..4), "`24` is no valid hour"),
            ("0  8 * * LUN", Some(9..12), "`LUN` is no valid day of week"),
            ("0 8 30 2 *", None, "there is no such day in any year"),
            (
                "0 0 8 * * *",
                None,
                "a cron line has five fields, this has 6",
            ),
            ("@daily", None, "a cron line has five fields, this has 1"),
            ("", None, "a cron line has five fields, this has 0"),
        ] {
            let fault = line(text).unwrap_err();
            assert_eq!(
                (fault.at, fault.message.as_str()),
                (place, message),
                "{text}"
            );
        }
        assert!(line("30 8 * * MON-FRI").is_ok());
        assert!(line(&"1,".repeat(100_000)).is_err());
    }
}
