//! The colours of mails and of the statistics page, by light: every page takes them from here.
//!
//! Invariant: what is read stands at 4.5 to 1 on its ground at the least, what is only seen at 3 to 1
//! (WCAG 2.2, AA), in each of them.

/// The colours of one light.
#[derive(Debug)]
pub(super) struct Colours {
    /// The ground on which the sheet lies.
    pub(super) page: &'static str,
    /// The sheet.
    pub(super) sheet: &'static str,
    pub(super) ink: &'static str,
    /// Text beside the text.
    pub(super) mute: &'static str,
    pub(super) link: &'static str,
    /// Words that say negative, or urgent.
    pub(super) negative: &'static str,
    /// Words that say positive.
    pub(super) positive: &'static str,
    /// Between sections.
    pub(super) rule: &'static str,
    /// Between rows.
    pub(super) line: &'static str,
    /// What could not be read, and its ground.
    pub(super) warning: &'static str,
    pub(super) warning_ground: &'static str,
    /// What matched, and its ground.
    pub(super) hit: &'static str,
    pub(super) hit_ground: &'static str,
    /// Bars of negative, neutral and positive mentions.
    pub(super) bars: [&'static str; 3],
    /// Bars that tell of nothing good or bad, and those of the own brand.
    pub(super) plain: &'static str,
    pub(super) own: &'static str,
}

pub(super) static LIGHT: Colours = Colours {
    page: "#f3f2ee",
    sheet: "#ffffff",
    ink: "#1d2126",
    mute: "#565d66",
    link: "#1a4f8b",
    negative: "#a8261b",
    positive: "#1b6b3a",
    rule: "#d9d6ce",
    line: "#e2e0da",
    warning: "#7a1d12",
    warning_ground: "#fbe9e6",
    hit: "#1d2126",
    hit_ground: "#fdf0c2",
    bars: ["#c0392b", "#7c848e", "#2e8b57"],
    plain: "#5b7fa6",
    own: "#1a4f8b",
};

pub(super) static DARK: Colours = Colours {
    page: "#101214",
    sheet: "#181b1e",
    ink: "#ece9e3",
    mute: "#a9b0b8",
    link: "#8ab8f0",
    negative: "#ff9a8c",
    positive: "#7fd1a0",
    rule: "#363b41",
    line: "#363b41",
    warning: "#ffd9d2",
    warning_ground: "#3a2420",
    hit: "#fff0b8",
    hit_ground: "#4a3f16",
    bars: ["#e0685a", "#767e88", "#46a36f"],
    plain: "#6f93ba",
    own: "#8ab8f0",
};

/// On paper, where a ground costs ink.
pub(super) static PRINT: Colours = Colours {
    page: "#ffffff",
    ink: "#000000",
    mute: "#444444",
    rule: "#cccccc",
    line: "#cccccc",
    ..LIGHT
};
