//! What applications and models say to one another, as pieces of text with their author and their place in the body.
//! One file a protocol. Bodies are never rebuilt: what is to change is written over where it stands, all else stays as it came.

mod anthropic;
mod body;
mod gemini;
mod generic;
mod kserve;
mod openai_chat;
mod openai_completions;
mod openai_embeddings;
mod openai_parts;
mod openai_responses;
mod reader;
mod tensorflow;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt, ops::Range};

pub use anthropic::Anthropic;
pub use body::{BodyError, Edits};
pub use gemini::Gemini;
pub use generic::{Generic, GenericOptions};
pub use kserve::KServe;
pub use openai_chat::OpenAiChat;
pub use openai_completions::OpenAiCompletions;
pub use openai_embeddings::OpenAiEmbeddings;
pub use openai_responses::OpenAiResponses;
use palisade_base::Origin;
pub use tensorflow::TensorFlow;

/// A protocol.
pub trait Protocol: fmt::Debug + Send + Sync {
    /// Its name, in kebab-case: `openai-chat`.
    fn name(&self) -> &'static str;

    /// What a request to this path (with its query, if it has one) asks for; none if it is of another protocol. A path is
    /// known by its end, so that servers may have a prefix of their own; a path that nobody knows must not be passed on.
    fn call<'p>(&self, method: &str, path: &'p str) -> Option<Call<'p>>;

    /// Reads a request.
    fn request<'b>(&self, body: &'b [u8]) -> Result<Request<'b>, BodyError>;

    /// Reads a whole reply, of a success or of an error.
    fn reply<'b>(&self, body: &'b [u8]) -> Result<Reply<'b>, BodyError>;

    /// Reads one event of a streamed reply: its name, if it has one, and its data.
    fn event<'b>(&self, name: Option<&str>, data: &'b [u8]) -> Result<Event<'b>, BodyError>;

    /// The data of an event that says `text` more in a channel, after the example of one that said something there. All
    /// other texts of the example are empty.
    fn more(&self, name: Option<&str>, example: &[u8], channel: Channel, text: &str) -> Option<Vec<u8>> {
        let event = self.event(name, example).ok()?;
        let mut edits = Edits::default();
        let mut told = false;
        for piece in &event.pieces {
            let here = piece.channel == channel && !told;
            told |= here;
            piece.write(if here { text } else { "" }, &mut edits);
        }
        event.wholes.iter().for_each(|piece| piece.write("", &mut edits));
        event.echoes.iter().for_each(|echo| edits.replace_source(echo.clone(), "null".to_owned()));
        told.then(|| edits.apply(example))
    }

    /// The body of an error, as its clients expect it.
    fn error(&self, error: &ErrorBody<'_>) -> Vec<u8>;

    /// What ends a stream that must not go on, an error that clients understand among them.
    fn break_off(&self, error: &ErrorBody<'_>) -> Vec<Message>;
}

/// Every protocol that needs no options.
pub fn all() -> &'static [&'static dyn Protocol] {
    &[&OpenAiChat, &Anthropic, &OpenAiResponses, &OpenAiCompletions, &OpenAiEmbeddings, &Gemini, &KServe, &TensorFlow]
}

/// The protocol of a request, and what it asks for.
pub fn find<'p>(method: &str, path: &'p str) -> Option<(&'static dyn Protocol, Call<'p>)> {
    all().iter().find_map(|protocol| Some((*protocol, protocol.call(method, path)?)))
}

/// What is asked of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// To go on with a conversation or a text.
    Chat,
    /// For vectors of texts.
    Embed,
    /// For scores or labels of inputs.
    Predict,
    /// For something that no model says: lists of models, counts of tokens, health. Its body, if it has one, is judged too.
    Ask,
}

/// What a path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<'p> {
    /// What is asked.
    pub action: Action,
    /// The model, where the path names it.
    pub model: Option<Cow<'p, str>>,
    /// Whether the path asks for a stream.
    pub stream: bool,
}

impl Call<'_> {
    pub(crate) const fn new(action: Action) -> Self {
        Self { action, model: None, stream: false }
    }
}

/// What a request says.
#[derive(Clone, Debug, Default)]
pub struct Request<'b> {
    /// The model, where the body names it.
    pub model: Option<Cow<'b, str>>,
    /// Whether the reply is to come as a stream.
    pub stream: bool,
    /// The most tokens that the reply may have, where it says so; of all choices together.
    pub tokens: Option<u64>,
    /// Every text in it, in order: messages, results of tools, arguments, descriptions of tools.
    pub pieces: Vec<Piece<'b>>,
    /// What is no text and nobody has read: images, sounds, files.
    pub opaque: Vec<Opaque<'b>>,
}

/// What a reply says.
#[derive(Clone, Debug, Default)]
pub struct Reply<'b> {
    /// Every text in it, in order.
    pub pieces: Vec<Piece<'b>>,
    /// What is no text and nobody has read.
    pub opaque: Vec<Opaque<'b>>,
    /// Places that say again what pieces say, token by token; `null` may stand there instead.
    pub echoes: Vec<Range<usize>>,
    /// What it cost, where it says so.
    pub usage: Option<Usage>,
}

/// What one event of a stream says.
#[derive(Clone, Debug, Default)]
pub struct Event<'b> {
    /// What is added to channels.
    pub pieces: Vec<Piece<'b>>,
    /// Texts that are said in full, once or again.
    pub wholes: Vec<Piece<'b>>,
    /// What is no text and nobody has read.
    pub opaque: Vec<Opaque<'b>>,
    /// Places that say again what pieces say, token by token; `null` may stand there instead.
    pub echoes: Vec<Range<usize>>,
    /// Channels to which nothing will be added any more.
    pub closed: Vec<Closed>,
    /// Whether the stream has come to its end.
    pub last: bool,
    /// What it cost, where it says so.
    pub usage: Option<Usage>,
}

/// Which channels come to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// All of a choice.
    Choice(u32),
    /// All of a part of a choice.
    Part(u32, u32),
    /// One.
    Channel(Channel),
}

impl Closed {
    /// Whether it closes this channel.
    pub fn holds(self, channel: Channel) -> bool {
        match self {
            Self::Choice(choice) => channel.choice == choice,
            Self::Part(choice, part) => (channel.choice, channel.part) == (choice, part),
            Self::Channel(closed) => channel == closed,
        }
    }
}

/// A text in a body. Pieces with one channel are one text, in the order in which they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'b> {
    /// Who wrote it.
    pub origin: Origin,
    /// What it is.
    pub kind: Kind,
    /// The text it belongs to.
    pub channel: Channel,
    /// The text.
    pub text: Cow<'b, str>,
    /// The bytes of the body where it stands, its quotes included.
    pub range: Range<usize>,
}

impl Piece<'_> {
    /// Writes another text in its place.
    pub fn write(&self, text: &str, edits: &mut Edits) {
        if self.kind != Kind::Source {
            edits.replace(self.range.clone(), text);
        } else if crate::json::Json::parse(text.as_bytes()).is_ok() {
            edits.replace_source(self.range.clone(), text.to_owned());
        } else {
            // A value was taken out that stood there without quotes: what is left is no JSON by itself.
            edits.replace_source(self.range.clone(), serde_json::json!({ "redacted": text }).to_string());
        }
    }
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// To be read.
    Text,
    /// What a model thinks aloud.
    Thought,
    /// What a model says instead of an answer.
    Refusal,
    /// The arguments of a call of a tool: JSON in a string.
    Arguments,
    /// The arguments of a call of a tool as the JSON that stands in the body.
    Source,
    /// What a tool says of itself.
    Description,
}

/// A text that goes on through the events of a stream, or through the parts of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel {
    /// The number of the choice, or of the message.
    pub choice: u32,
    /// The number of the part or of the call of a tool in it.
    pub part: u32,
    /// Which text of the part it is.
    pub lane: u32,
}

/// Something in a body that is no text, as an image: nobody has judged what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque<'b> {
    /// Its media type, as the body has it.
    pub media: Cow<'b, str>,
    /// The bytes of the body where it stands.
    pub range: Range<usize>,
}

/// An event of a stream, without the form in which streams are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its name, if it has one.
    pub name: Option<&'static str>,
    /// Its data.
    pub data: Vec<u8>,
}

/// Tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
}

/// Why something is refused, for the body of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorBody<'e> {
    /// The HTTP status.
    pub status: u16,
    /// For programs, in kebab-case: `blocked-by-policy`.
    pub code: &'e str,
    /// For people.
    pub message: &'e str,
    /// The number of the call, by which it is found in the log.
    pub call: &'e str,
}

/// The path without its query.
fn bare(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}
