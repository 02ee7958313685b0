//! Clean synthetic tickets, and tables of tickets as CSV.

use std::{collections::BTreeSet, iter};

use super::{
    phrases::{ASIDES, CHANNELS, CLASSES, CLOSINGS, DAYS, GREETINGS, PRODUCTS, Phrases},
    random::Random,
};

/// A ticket without its number and date: those come with its place in a table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) text: String,
    /// The class, or nothing.
    pub(crate) label: &'static str,
    pub(crate) channel: &'static str,
}

/// A clean split of tickets.
pub(crate) struct Tickets {
    pub(crate) train: Vec<Row>,
    pub(crate) test: Vec<Row>,
}

impl Row {
    /// The number of the class, if the label names one.
    pub(crate) fn class(&self) -> Option<usize> {
        CLASSES.iter().position(|class| class.label == self.label)
    }
}

/// Writes the tickets: 120 a class to train on and 30 to test on, in random order.
///
/// No two tickets share both their first and their second sentence, whatever is filled in, so no test ticket repeats a
/// training ticket. Half of the test tickets begin with a sentence that training never shows.
pub(crate) fn tickets(seed: u64) -> Tickets {
    let mut random = Random::new(seed);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for class in &CLASSES {
        let mut common = pairs(class.common, class.context, &mut random).into_iter();
        train.extend(common.by_ref().take(TRAIN).map(|pair| write(class, pair, &mut random)));
        test.extend(common.take(TEST / 2).map(|pair| write(class, pair, &mut random)));
        let held_out = pairs(class.held_out, class.context, &mut random).into_iter();
        test.extend(held_out.take(TEST - TEST / 2).map(|pair| write(class, pair, &mut random)));
    }
    random.shuffle(&mut train);
    random.shuffle(&mut test);
    Tickets { train, test }
}

/// The table as CSV (RFC 4180, lines end in `\n`), numbered from `first` and dated evenly over half a year from `month`.
pub(crate) fn csv(rows: &[Row], first: usize, month: usize) -> String {
    let header = "id,text,label,channel,created\n".to_owned();
    let lines = rows.iter().enumerate().map(|(index, row)| {
        let day = index * 168 / rows.len().max(1);
        let (number, month, day) = (first + index, month + day / 28, day % 28 + 1);
        let (text, label, channel) = (quote(&row.text), row.label, row.channel);
        format!("T-{number:05},{text},{label},{channel},2025-{month:02}-{day:02}\n")
    });
    iter::once(header).chain(lines).collect()
}

/// A CSV field, in quotes where it needs them.
pub(crate) fn quote(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

/// Every pair of a first and a second sentence, shuffled.
fn pairs(first: &[&'static str], context: &[&'static str], random: &mut Random) -> Vec<(&'static str, &'static str)> {
    let second = || context.iter().chain(ASIDES).copied();
    let pairs: BTreeSet<_> = first.iter().flat_map(|first| second().map(move |second| (*first, second))).collect();
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    random.shuffle(&mut pairs);
    pairs
}

fn write(class: &Phrases, (first, second): (&str, &str), random: &mut Random) -> Row {
    let parts = [random.pick(GREETINGS), first, second, random.pick(CLOSINGS)];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let mut products = PRODUCTS.to_vec();
    random.shuffle(&mut products);
    let mut products = products.into_iter();
    let text = text
        .replace("{product}", products.next().unwrap_or_default())
        .replace("{other}", products.next().unwrap_or_default())
        .replace("{order}", &(40_000 + random.below(20_000)).to_string())
        .replace("{amount}", &format!("{}.{}0 EUR", 12 + random.below(180), random.below(10)))
        .replace("{day}", random.pick(DAYS));
    Row { text, label: class.label, channel: random.pick(CHANNELS) }
}

const TRAIN: usize = 120;
const TEST: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a text when case, digits and spaces do not count.
    fn letters(row: &Row) -> String {
        row.text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
    }

    #[test]
    fn clean_tickets_are_complete_distinct_and_apart() {
        let Tickets { train, test } = tickets(1);
        assert_eq!((train.len(), test.len()), (600, 150));
        assert!(train.iter().chain(&test).all(|row| row.class().is_some()));
        let seen: BTreeSet<_> = train.iter().chain(&test).map(letters).collect();
        assert_eq!(seen.len(), 750, "no two tickets are the same but for their numbers");
        assert!(train.iter().all(|row| !row.text.contains('{')), "every slot is filled");
    }

    #[test]
    fn fields_are_quoted_where_needed() {
        assert_eq!(quote("plain"), "plain");
        assert_eq!(quote("a, \"b\""), "\"a, \"\"b\"\"\"");
    }
}
