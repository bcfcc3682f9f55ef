//! What an entry of a list does.

/// What an entry does. A list names it in brackets, above the entries: `[negator]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::score) enum Role {
    /// Has a tone by itself: −4 to 4.
    Sentiment,
    /// Has a tone so weak that it tells only where nothing else does: `hope`, `why`.
    Faint,
    /// Has a tone so weak that it tells only in small talk: `yep`, `playing`.
    SmallTalk,
    /// What people have to do with a firm: `flight`, `invoice`.
    Business,
    /// Says when: what has a date is announced.
    When,
    /// Stands by itself, as laughter and bad language do: no negator before it turns it.
    Outcry,
    /// Turns what follows: `non`, `never`.
    Negator,
    /// Makes what follows stronger, by the factor.
    Booster,
    /// Makes what follows weaker, by the factor.
    Dampener,
    /// Turns praise that follows, and weakens blame: `poco`, `hardly`.
    Reverser,
    /// Says that there is too much of what follows; has that tone by itself.
    Excess,
    /// What comes after counts more than what came before: `ma`, `but`.
    Contrast,
    /// What comes after counts less: `anche se`, `although`.
    Concession,
    /// What comes after is wished for, so it is missing: `sarebbe bello`, `should have been`.
    Wish,
    /// What comes after is hoped for, and open.
    Hope,
    /// Compares what comes before with what comes after: `better than`, `meglio di`.
    Comparison,
    /// The sentence asks for something.
    Request,
    /// Asks to agree with what is said: `isn't it?`, `vero?`.
    Tag,
    /// A word that begins a question.
    Interrogative,
    /// Politeness that says little in a question or a complaint: `grazie`, `please`.
    Courtesy,
    /// Praise that turns to mockery beside a complaint: `complimenti`, `great job`.
    Ironic,
    /// A face that mocks the praise beside it.
    Mockery,
    /// Speaks of the author or to the brand: `mi`, `vostro`, `I`, `you`.
    Person,
    /// A number in letters.
    Number,
    /// Frequent in this language and not in the others.
    Function,
    /// Points for an intent.
    Intent(IntentList),
    /// Points for priority.
    Priority(Category),
}

/// What the intent lists speak for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::score) enum IntentList {
    /// Something went wrong.
    Complaint,
    /// Something went well.
    Praise,
    /// An answer is wanted.
    Question,
    /// Someone sells or lures.
    Spam,
}

/// A category of the priority lists: the rule that a person reads in the explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::score) enum Category {
    /// What endangers health and life.
    Safety,
    /// Someone was hurt or fell ill: a danger that came true is more than a danger.
    Injury,
    /// Lawyers, authorities, consumers' associations.
    Legal,
    /// Personal data.
    Privacy,
    /// Journalists, and what spreads.
    Press,
    /// Many cannot use the service.
    Outage,
    /// Money taken, owed or lost.
    Money,
    /// Someone was treated worse for what they are.
    Discrimination,
    /// A customer leaves, or says so.
    Leaving,
    /// Not the first time that they ask.
    Repeated,
    /// It cannot wait.
    Urgency,
    /// They wait for something.
    Waiting,
    /// Something does not work or is missing.
    Fault,
    /// Someone asks for help, or for something.
    Request,
    /// Nothing of the team's: games, greetings, small talk.
    Chatter,
}

impl Category {
    /// The name of the rule, as the list and the explanation have it.
    pub(in crate::score) const fn as_str(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Injury => "injury",
            Self::Legal => "legal",
            Self::Privacy => "privacy",
            Self::Press => "press",
            Self::Outage => "outage",
            Self::Money => "money",
            Self::Discrimination => "discrimination",
            Self::Leaving => "leaving",
            Self::Repeated => "repeated",
            Self::Urgency => "urgency",
            Self::Waiting => "waiting",
            Self::Fault => "fault",
            Self::Request => "request",
            Self::Chatter => "chatter",
        }
    }

    const ALL: [Self; 15] = [
        Self::Safety,
        Self::Injury,
        Self::Legal,
        Self::Privacy,
        Self::Press,
        Self::Outage,
        Self::Money,
        Self::Discrimination,
        Self::Leaving,
        Self::Repeated,
        Self::Urgency,
        Self::Waiting,
        Self::Fault,
        Self::Request,
        Self::Chatter,
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|category| category.as_str() == text)
    }
}

impl Role {
    /// The name of its section.
    pub(in crate::score) const fn as_str(self) -> &'static str {
        match self {
            Self::Sentiment => "sentiment",
            Self::Faint => "faint",
            Self::SmallTalk => "small talk",
            Self::Business => "business",
            Self::When => "when",
            Self::Outcry => "outcry",
            Self::Negator => "negator",
            Self::Booster => "booster",
            Self::Dampener => "dampener",
            Self::Reverser => "reverser",
            Self::Excess => "excess",
            Self::Contrast => "contrast",
            Self::Concession => "concession",
            Self::Wish => "wish",
            Self::Hope => "hope",
            Self::Comparison => "comparison",
            Self::Request => "ask",
            Self::Tag => "tag",
            Self::Interrogative => "interrogative",
            Self::Courtesy => "courtesy",
            Self::Ironic => "ironic",
            Self::Mockery => "mockery",
            Self::Person => "person",
            Self::Number => "number",
            Self::Function => "function",
            Self::Intent(IntentList::Complaint) => "complaint",
            Self::Intent(IntentList::Praise) => "praise",
            Self::Intent(IntentList::Question) => "question",
            Self::Intent(IntentList::Spam) => "spam",
            Self::Priority(category) => category.as_str(),
        }
    }

    /// Reads the name of a section.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "sentiment" => Self::Sentiment,
            "faint" => Self::Faint,
            "small talk" => Self::SmallTalk,
            "business" => Self::Business,
            "when" => Self::When,
            "outcry" => Self::Outcry,
            "negator" => Self::Negator,
            "booster" => Self::Booster,
            "dampener" => Self::Dampener,
            "reverser" => Self::Reverser,
            "excess" => Self::Excess,
            "contrast" => Self::Contrast,
            "concession" => Self::Concession,
            "wish" => Self::Wish,
            "hope" => Self::Hope,
            "comparison" => Self::Comparison,
            "ask" => Self::Request,
            "tag" => Self::Tag,
            "interrogative" => Self::Interrogative,
            "courtesy" => Self::Courtesy,
            "ironic" => Self::Ironic,
            "mockery" => Self::Mockery,
            "person" => Self::Person,
            "number" => Self::Number,
            "function" => Self::Function,
            "complaint" => Self::Intent(IntentList::Complaint),
            "praise" => Self::Intent(IntentList::Praise),
            "question" => Self::Intent(IntentList::Question),
            "spam" => Self::Intent(IntentList::Spam),
            category => Self::Priority(Category::parse(category)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Lists;

    #[test]
    fn every_section_is_called_what_it_is_read_as() {
        for (_, _, text) in Lists::files() {
            for line in text.lines() {
                if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                    assert_eq!(Role::parse(name).map(Role::as_str), Some(name));
                }
            }
        }
    }
}
