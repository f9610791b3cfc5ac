//! How much of a password nobody could foresee.
//!
//! A password is cut, from its start, into the longest predictable pieces that are found: repetitions, sequences, runs along a keyboard,
//! names, frequent words. Each such piece counts as one character, however long it is, and every other character as itself. Digits beside
//! a predictable piece are what people append to it, and count as two at most. So a few unrelated words are worth their letters, and
//! `Password12345!` is worth three.

/// The words that make a piece predictable, in lower case.
pub(super) struct Pieces<'a> {
    /// The names of the account.
    pub(super) personal: &'a [&'a str],
    /// What people use most.
    pub(super) frequent: &'a [&'a str],
}

/// The rows and the slanting columns of the common keyboards, and the alphabet with the digits, forwards. Runs count backwards as well.
const RUNS: [&str; 13] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "!@#$%^&*()",
    "1q2w3e4r5t6y7u8i9o0p",
];
/// The fewest characters that make a run.
const SHORTEST_RUN: usize = 3;
/// What digits beside a predictable piece count as, at most.
const APPENDED_DIGITS: usize = 2;

/// How many characters of `password` are left when each predictable piece counts as one.
pub(super) fn unpredictable_characters(password: &str, pieces: &Pieces<'_>) -> usize {
    // ASCII alone: the tables of all other letters are heavy, and what people use most is written in it.
    let characters: Vec<char> = password
        .chars()
        .map(|character| character.to_ascii_lowercase())
        .collect();
    let plain: Vec<char> = characters.iter().copied().map(without_disguise).collect();
    let (mut at, mut others, mut predictable, mut digits) = (0, 0, 0, 0);
    while at < characters.len() {
        let length = [
            repetition(&characters[at..]),
            run(&characters[at..]),
            word(&characters[at..], &plain[at..], pieces),
        ]
        .into_iter()
        .max()
        .unwrap_or(0);
        if length >= SHORTEST_RUN {
            predictable += 1;
            at += length;
        } else {
            if characters[at].is_ascii_digit() {
                digits += 1;
            } else {
                others += 1;
            }
            at += 1;
        }
    }
    let digits = if predictable > 0 {
        digits.min(APPENDED_DIGITS)
    } else {
        digits
    };
    others + predictable + digits
}

/// The length of the longest start that is a short piece said three times or more, or one of at least four characters said twice.
fn repetition(text: &[char]) -> usize {
    (1..=text.len() / 2)
        .map(|period| {
            let same = text
                .iter()
                .zip(&text[period..])
                .take_while(|(earlier, later)| earlier == later)
                .count();
            let length = same + period;
            let times = if period >= 4 { 2 } else { 3 };
            if length >= times * period { length } else { 0 }
        })
        .max()
        .unwrap_or(0)
}

/// The length of the longest start that runs along the alphabet, the digits or a keyboard, forwards or backwards.
fn run(text: &[char]) -> usize {
    let longest = RUNS
        .iter()
        .flat_map(|row| {
            [
                common_start(text, &row.chars()),
                common_start(text, &row.chars().rev()),
            ]
        })
        .max()
        .unwrap_or(0);
    if longest >= SHORTEST_RUN { longest } else { 0 }
}

/// How far `text` goes along with `row`, from wherever in the row its first character stands.
fn common_start(text: &[char], row: &(impl Iterator<Item = char> + Clone)) -> usize {
    let Some(first) = text.first() else { return 0 };
    row.clone()
        .enumerate()
        .filter(|(_, character)| character == first)
        .map(|(start, _)| {
            text.iter()
                .zip(row.clone().skip(start))
                .take_while(|(typed, in_row)| **typed == *in_row)
                .count()
        })
        .max()
        .unwrap_or(0)
}

/// The length of the longest name or frequent word that the text starts with, as typed or with its disguise taken off.
fn word(text: &[char], plain: &[char], pieces: &Pieces<'_>) -> usize {
    let starts = |text: &[char], word: &str| {
        let mut characters = text.iter();
        word.chars()
            .all(|character| characters.next() == Some(&character))
    };
    pieces
        .personal
        .iter()
        .chain(pieces.frequent)
        .filter(|word| starts(text, word) || starts(plain, word))
        .map(|word| word.chars().count())
        .max()
        .unwrap_or(0)
}

/// The letter that a digit or a mark commonly stands for.
const fn without_disguise(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONE: Pieces<'_> = Pieces {
        personal: &[],
        frequent: &[],
    };

    #[test]
    fn each_predictable_piece_counts_as_one() {
        assert_eq!(unpredictable_characters("aaaaaaaa", &NONE), 1);
        assert_eq!(unpredictable_characters("qwertyuiop", &NONE), 1);
        assert_eq!(unpredictable_characters("poiuytrewq", &NONE), 1);
        assert_eq!(unpredictable_characters("xkxkxkxk", &NONE), 1);
        let words = Pieces {
            personal: &[],
            frequent: &["password"],
        };
        assert_eq!(unpredictable_characters("P4ssw0rd", &words), 1);
        assert_eq!(unpredictable_characters("password2024!", &words), 4);
    }

    #[test]
    fn chance_counts_in_full() {
        assert_eq!(unpredictable_characters("x9$Lm2!qPz7&", &NONE), 12);
        assert_eq!(unpredictable_characters("", &NONE), 0);
    }

    proptest! {
        #[test]
        fn no_piece_counts_for_more_than_its_length(password in "\\PC{0,60}") {
            let characters = password.chars().count();
            prop_assert!(unpredictable_characters(&password, &NONE) <= characters);
        }

        #[test]
        fn knowing_a_word_never_makes_a_password_stronger(password in "[a-z]{0,30}", word in "[a-z]{3,8}") {
            let known = Pieces { personal: &[&word], frequent: &[] };
            prop_assert!(unpredictable_characters(&password, &known) <= unpredictable_characters(&password, &NONE) + 1);
        }
    }
}
