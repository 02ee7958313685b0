//! Trains the models that Palisade ships: reads labelled data, writes further texts by grammar, fits, evaluates by leaving
//! whole sources out. Nothing of it is in the shipped binary.

pub mod corpus;
pub mod data;
pub mod evaluate;
pub mod example;
pub mod family;
pub mod fit;
pub mod gibberish;
pub mod injection;
pub mod random;
pub mod write;
