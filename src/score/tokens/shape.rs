//! What the letters of a word look like: capitals, and letters in a row.

/// What the letters of a word look like.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) letters: u32,
    pub(super) capitals: u32,
    /// How often the last letter stands in a row.
    run: u32,
    pub(super) previous: char,
    pub(super) first_capital: bool,
    pub(super) elongated: bool,
}

/// Letters without an accent, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) letters: usize,
    /// Whether any of them is a capital.
    pub(super) capitals: bool,
}

impl Shape {
    /// Takes in the letters without an accent that `bytes` begin with. Eight bytes are looked at at
    /// once, as most words have no more.
    pub(super) fn plain(&mut self, bytes: &[u8]) -> Run {
        let mut count = 0;
        let mut capitals = 0;
        // Two letters in a row alike are rare enough to look at them one by one.
        let mut doubled = false;
        while let Some(chunk) = bytes.get(count..).filter(|rest| !rest.is_empty()) {
            let word = eight(chunk);
            let letters = letters_of(word);
            let here = (!letters).trailing_zeros() as usize / 8;
            let within = if here == 8 {
                u64::MAX
            } else {
                (1 << (here * 8)) - 1
            };
            capitals += ones(!word & 0x2020_2020_2020_2020 & within);
            let lower = word | 0x2020_2020_2020_2020;
            let next = lower ^ (lower >> 8);
            let alike = next.wrapping_sub(0x0101_0101_0101_0101) & !next & 0x8080_8080_8080_8080;
            doubled |= here > 1 && alike & (within >> 8) != 0;
            count += here;
            if here < 8 {
                break;
            }
        }
        let run = Run {
            letters: count,
            capitals: capitals > 0,
        };
        let Some(read) = bytes.get(..count).filter(|read| !read.is_empty()) else {
            return run;
        };
        let (first, last) = (read[0], read[count - 1]);
        let goes_on = first.eq_ignore_ascii_case(&narrow(self.previous));
        if doubled || goes_on || count > 8 {
            self.runs(read);
        } else {
            self.run = 1;
        }
        self.capitals += capitals;
        self.first_capital |= self.letters == 0 && first.is_ascii_uppercase();
        self.letters += u32::try_from(count).unwrap_or(u32::MAX);
        self.previous = char::from(last);
        run
    }

    /// Counts letters in a row.
    fn runs(&mut self, letters: &[u8]) {
        let mut previous = narrow(self.previous) | 0x20;
        let mut longest = 0;
        for letter in letters {
            let letter = letter | 0x20;
            self.run = u32::from(letter == previous) * self.run + 1;
            longest = longest.max(self.run);
            previous = letter;
        }
        self.elongated |= longest >= 3;
    }

    /// Takes in one letter of any kind.
    pub(super) fn letter(&mut self, character: char) {
        let capital = character.is_uppercase();
        self.first_capital |= self.letters == 0 && capital;
        self.letters += 1;
        self.capitals += u32::from(capital);
        let again = character.eq_ignore_ascii_case(&self.previous);
        self.run = if again { self.run + 1 } else { 1 };
        self.elongated |= self.run >= 3;
        self.previous = character;
    }
}

/// Up to eight bytes as a number, the first one lowest; what is missing is 0.
fn eight(bytes: &[u8]) -> u64 {
    if let Some(chunk) = bytes.first_chunk() {
        return u64::from_le_bytes(*chunk);
    }
    let last_first = bytes.iter().rev();
    last_first.fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// A byte of ones for each byte that is a letter without an accent.
fn letters_of(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let lower = (word | (0x20 * ONES)) & !HIGH;
    // The high bit of each byte: at least `a`, and not above `z`.
    let from_a = lower + (0x80 - 0x61) * ONES;
    let above_z = lower + (0x80 - 0x7b) * ONES;
    let letters = from_a & !above_z & !word & HIGH;
    (letters >> 7) * 0xff
}

/// How many bytes have the bit set by which small letters differ from capitals.
fn ones(bits: u64) -> u32 {
    let sum = (bits >> 5).wrapping_mul(0x0101_0101_0101_0101) >> 56;
    u32::try_from(sum).unwrap_or_default()
}

/// A character as a byte, where it is one.
fn narrow(character: char) -> u8 {
    u8::try_from(character).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    proptest! {
        #[test]
        fn letters_at_once_are_as_letters_one_by_one(word in "[a-cA-C]{0,20}[0-9à ]?[a-c]{0,3}") {
            let mut at_once = Shape::default();
            let run = at_once.plain(word.as_bytes());
            let letters = word.chars().take_while(char::is_ascii_alphabetic);
            let mut one_by_one = Shape::default();
            letters.clone().for_each(|letter| one_by_one.letter(letter));
            assert_eq!(run.letters, letters.count());
            assert_eq!(run.capitals, one_by_one.capitals > 0);
            let seen = |shape: &Shape| {
                (shape.letters, shape.capitals, shape.first_capital, shape.elongated)
            };
            assert_eq!(seen(&at_once), seen(&one_by_one));
        }
    }
}
