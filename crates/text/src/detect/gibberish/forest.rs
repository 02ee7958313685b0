//! Trees that weigh a stretch as a whole, summed: each asks four questions of its properties. Whole numbers only.

use super::{card::PROPERTIES, table::take};

/// Trees whose answers are summed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forest {
    /// Added to the sum, in thousandths of a logit.
    pub base: i32,
    /// The trees.
    pub trees: Vec<Tree>,
}

/// A complete tree: question `n` leads to `2n + 1` where the property is no more than the limit, to `2n + 2` where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Which property is asked for, and the limit.
    pub questions: [(u8, i16); QUESTIONS],
    /// The answers, in thousandths of a logit.
    pub answers: [i16; QUESTIONS + 1],
}

impl Tree {
    /// Which answer it gives.
    pub fn leaf(&self, properties: &[i16; PROPERTIES]) -> usize {
        let mut place = 0;
        while let Some((property, limit)) = self.questions.get(place) {
            let more = properties.get(usize::from(*property)).is_some_and(|value| value > limit);
            place = 2 * place + 1 + usize::from(more);
        }
        place - QUESTIONS
    }
}

impl Forest {
    /// What it says of a stretch, in thousandths of a logit: zero and more is sure. Without trees, nothing is.
    pub fn weigh(&self, properties: &[i16; PROPERTIES]) -> i32 {
        let answer = |tree: &Tree| tree.answers.get(tree.leaf(properties)).map_or(0, |answer| i32::from(*answer));
        let sum = self.trees.iter().map(answer).sum::<i32>();
        if self.trees.is_empty() { i32::from(i16::MIN) } else { sum.saturating_add(self.base) }
    }

    pub(super) fn write(&self, file: &mut Vec<u8>) {
        file.extend(self.base.to_le_bytes());
        for tree in &self.trees {
            for (property, limit) in tree.questions {
                file.push(property);
                file.extend(limit.to_le_bytes());
            }
            file.extend(tree.answers.iter().flat_map(|answer| answer.to_le_bytes()));
        }
    }

    pub(super) fn read(mut rest: &[u8]) -> Option<Self> {
        let base = i32::from_le_bytes(take(&mut rest)?);
        let mut trees = Vec::new();
        while !rest.is_empty() {
            let mut tree = Tree::default();
            for (property, limit) in &mut tree.questions {
                [*property] = take(&mut rest)?;
                *limit = i16::from_le_bytes(take(&mut rest)?);
            }
            for answer in &mut tree.answers {
                *answer = i16::from_le_bytes(take(&mut rest)?);
            }
            trees.push(tree);
        }
        Some(Self { base, trees })
    }
}

/// How many questions a tree has.
pub const QUESTIONS: usize = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_asks_four_questions() {
        let mut tree = Tree::default();
        tree.questions[0] = (0, 5);
        tree.answers = std::array::from_fn(|leaf| i16::try_from(leaf).unwrap());
        let (mut low, mut high) = ([0; PROPERTIES], [1; PROPERTIES]);
        (low[0], high[0]) = (5, 6);
        assert_eq!([tree.leaf(&low), tree.leaf(&high)], [7, 15]);
        let forest = Forest { base: -3, trees: vec![tree.clone(), tree] };
        assert_eq!([forest.weigh(&low), forest.weigh(&high)], [11, 27]);
        let mut file = Vec::new();
        forest.write(&mut file);
        assert_eq!(Forest::read(&file), Some(forest));
        assert_eq!(Forest::read(&file[..file.len() - 1]), None);
        assert!(Forest::default().weigh(&low) < 0);
    }
}
