//! Collects the pieces of a body. What a protocol does not know is walked: every string and every key in it becomes a piece
//! of the least trusted origin, so that no text reaches anybody unjudged.

use std::borrow::Cow;

use palisade_base::Origin;

use super::{Channel, Event, Kind, Opaque, Piece};
use crate::json::{Sort, Value};

/// A value of a body.
pub(super) type Said<'j, 'b> = Value<'j, 'b>;

/// What has been read so far.
#[derive(Debug, Default)]
pub(super) struct Reader<'b> {
    pub(super) pieces: Vec<Piece<'b>>,
    pub(super) opaque: Vec<Opaque<'b>>,
    /// The message, and how many texts of their own it has so far.
    message: u32,
    parts: u32,
}

impl<'b> Reader<'b> {
    /// Begins the next message; returns the channel of its text.
    pub(super) const fn message(&mut self) -> Channel {
        self.message = self.message.saturating_add(1);
        self.parts = 0;
        Channel { choice: self.message, part: 0, lane: 0 }
    }

    /// A channel that nothing else has.
    pub(super) const fn apart(&mut self) -> Channel {
        self.parts = self.parts.saturating_add(1);
        Channel { choice: self.message, part: self.parts, lane: OWN }
    }

    /// A string of a text; anything else is walked.
    pub(super) fn say(&mut self, value: Said<'_, 'b>, origin: Origin, kind: Kind, channel: Channel) {
        match value.text() {
            Some(text) if text.is_empty() => {}
            Some(text) => self.pieces.push(Piece { origin, kind, channel, text, range: value.range() }),
            None => self.walk(value, origin),
        }
    }

    /// A field that no protocol knows, of something that comes in a stream: each string in it goes on where it stood
    /// before, so that no text escapes by being cut.
    pub(super) fn stream(&mut self, key: Said<'_, 'b>, value: Said<'_, 'b>, origin: Origin, channel: Channel) {
        let mut todo = vec![(value, lane(channel.lane, key))];
        while let Some((value, lane)) = todo.pop() {
            match value.sort() {
                Sort::Plain | Sort::Escaped => self.say(value, origin, Kind::Text, Channel { lane, ..channel }),
                Sort::Object => {
                    for (key, field) in self.fields(value) {
                        match key.text().as_deref() {
                            Some("id" | "type" | "format" | "status") => self.label(field),
                            Some("signature" | "encrypted_content" | "data") => self.sealed(field),
                            _ => todo.push((field, self::lane(lane, key))),
                        }
                    }
                }
                _ => todo.extend(value.items().map(|item| (item, lane))),
            }
        }
    }

    /// What is added to a text: a string, or an object as of a protocol that we do not know yet.
    pub(super) fn stream_say(&mut self, value: Said<'_, 'b>, origin: Origin, kind: Kind, channel: Channel) {
        if value.text().is_some() {
            return self.say(value, origin, kind, channel);
        }
        for (key, field) in self.fields(value) {
            self.stream(key, field, origin, channel);
        }
    }

    /// Numbers that stand for a text, as tokens do: noted as unread.
    pub(super) fn numbers(&mut self, value: Said<'_, 'b>, media: &'static str) {
        let of_numbers = value.items().filter(|item| item.sort() == Sort::Numbers);
        self.opaque.extend(of_numbers.map(|item| Opaque { media: media.into(), range: item.range() }));
    }

    /// The items of a list. What should be one and is none is walked: a lenient server may read it all the same.
    pub(super) fn items<'j>(&mut self, value: Said<'j, 'b>) -> impl Iterator<Item = Said<'j, 'b>> + use<'j, 'b> {
        if value.sort() != Sort::List {
            self.walk(value, Origin::Document);
        }
        value.items()
    }

    /// The keys and values of an object; a key that is no word is judged. What should be one and is none is walked.
    pub(super) fn fields<'j>(
        &mut self,
        value: Said<'j, 'b>,
    ) -> impl Iterator<Item = (Said<'j, 'b>, Said<'j, 'b>)> + use<'j, 'b> {
        if value.sort() != Sort::Object {
            self.walk(value, Origin::Document);
        }
        for (key, _) in value.entries() {
            self.key(key);
        }
        value.entries()
    }

    /// A string of a text, or what `other` reads of anything else.
    pub(super) fn say_or<'j>(
        &mut self,
        value: Said<'j, 'b>,
        origin: Origin,
        kind: Kind,
        channel: Channel,
        other: impl FnOnce(Said<'j, 'b>, &mut Self),
    ) {
        match value.sort() {
            Sort::Plain | Sort::Escaped => self.say(value, origin, kind, channel),
            Sort::List => other(value, self),
            _ => self.walk(value, Origin::Document),
        }
    }

    /// A key that no protocol knows: it may be a text.
    pub(super) fn key(&mut self, key: Said<'_, 'b>) {
        self.walk(key, Origin::Document);
    }

    /// A string that is a text of its own.
    pub(super) fn alone(&mut self, value: Said<'_, 'b>, origin: Origin, kind: Kind) {
        let channel = self.apart();
        self.say(value, origin, kind, channel);
    }

    /// Arguments that stand there as an object: judged as they are written, in one.
    pub(super) fn source(&mut self, value: Said<'_, 'b>, origin: Origin, channel: Channel) {
        match value.sort() {
            Sort::Plain | Sort::Escaped => self.say(value, origin, Kind::Arguments, channel),
            Sort::Object | Sort::List if value.source().len() > 2 => {
                let text = Cow::Borrowed(value.source());
                self.pieces.push(Piece { origin, kind: Kind::Source, channel, text, range: value.range() });
            }
            _ => {}
        }
    }

    /// Every string and key in a value, each a text of its own. Single words without a digit say nothing: they are the
    /// names of types and the like.
    pub(super) fn walk(&mut self, value: Said<'_, 'b>, origin: Origin) {
        self.walk_as(value, origin, Kind::Text);
    }

    pub(super) fn walk_as(&mut self, value: Said<'_, 'b>, origin: Origin, kind: Kind) {
        // Depth has a limit, but who calls this may be called by it: a list of what is to come instead of a stack.
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            match value.sort() {
                Sort::Plain | Sort::Escaped if is_word(value) => {}
                Sort::Plain | Sort::Escaped => self.link_as(value, origin, kind),
                Sort::List => {
                    let from = todo.len();
                    todo.extend(value.items());
                    todo.get_mut(from..).unwrap_or_default().reverse();
                }
                Sort::Object => {
                    let from = todo.len();
                    todo.extend(value.entries().flat_map(|(key, value)| [key, value]));
                    todo.get_mut(from..).unwrap_or_default().reverse();
                }
                _ => {}
            }
        }
    }

    /// A name or number of something, which says nothing; what is none is walked.
    pub(super) fn label(&mut self, value: Said<'_, 'b>) {
        let is_label = |text: &str| {
            text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/+=".contains(&byte))
        };
        if !value.text().is_some_and(|text| is_label(&text)) {
            self.walk(value, Origin::Document);
        }
    }

    /// The same, or numbers.
    pub(super) fn label_or_numbers(&mut self, value: Said<'_, 'b>) {
        if value.text().is_some() {
            self.label(value);
        } else {
            self.walk(value, Origin::Document);
        }
    }

    /// What only its maker can read, as encrypted reasoning and signatures.
    pub(super) fn sealed(&mut self, value: Said<'_, 'b>) {
        if !value.text().is_some_and(|text| is_packed(text.as_bytes())) {
            self.walk(value, Origin::Document);
        }
    }

    /// An address, or a file in a `data:` address (RFC 2397): a file that is no text is noted as one that nobody read.
    pub(super) fn link(&mut self, value: Said<'_, 'b>, origin: Origin) {
        self.link_as(value, origin, Kind::Text);
    }

    fn link_as(&mut self, value: Said<'_, 'b>, origin: Origin, kind: Kind) {
        let source = value.source();
        let file = source.strip_prefix("\"data:").and_then(|rest| rest.split_once(','));
        if let Some((media, data)) = file
            && let Some(media) = media.strip_suffix(";base64").filter(|media| !media.starts_with("text/"))
            && !media.is_empty()
            && is_packed(data.trim_end_matches('"').as_bytes())
        {
            let media = Cow::Borrowed(media.split_once(';').map_or(media, |(media, _)| media));
            self.opaque.push(Opaque { media, range: value.range() });
            return;
        }
        let channel = self.apart();
        match value.text() {
            Some(_) => self.say(value, origin, kind, channel),
            None => self.walk_as(value, origin, kind),
        }
    }

    /// The data of a file of this media type, in Base64. What is a text or not in Base64 is judged as a text.
    pub(super) fn file(&mut self, data: Said<'_, 'b>, media: Option<Cow<'b, str>>, origin: Origin) {
        let media = media.unwrap_or_default();
        match data.text() {
            Some(text) if !media.is_empty() && !media.starts_with("text/") && is_packed(text.as_bytes()) => {
                self.opaque.push(Opaque { media, range: data.range() });
            }
            _ => self.link(data, origin),
        }
    }

    /// What was read as an event of a stream: what stands alone is said in full.
    pub(super) fn event(self) -> Event<'b> {
        let is_whole = |piece: &Piece<'_>| piece.channel.lane == OWN || piece.kind == Kind::Source;
        let (wholes, pieces) = self.pieces.into_iter().partition(is_whole);
        Event { pieces, wholes, opaque: self.opaque, ..Event::default() }
    }

    /// Makes what was read from this piece on texts of their own.
    pub(super) fn in_full(&mut self, from: usize) {
        let mut pieces = self.pieces.split_off(from.min(self.pieces.len()));
        for piece in &mut pieces {
            piece.channel = self.apart();
        }
        self.pieces.append(&mut pieces);
    }
}

/// Whether a value is one word of letters, as names of types and roles are.
fn is_word(value: Said<'_, '_>) -> bool {
    let inner = value.source().trim_matches('"');
    inner.len() <= 40 && inner.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-./".contains(&byte))
}

/// Whether these are bytes in Base64, of either alphabet.
fn is_packed(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte))
}

/// The lane of a field that no protocol knows (FNV-1a over the names on the way to it).
fn lane(from: u32, key: Said<'_, '_>) -> u32 {
    let start = 0x811c_9dc5 ^ from;
    let hash = key.source().bytes().fold(start, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash | 0x100) & (OWN >> 1)
}

/// The lane of texts that stand alone.
const OWN: u32 = u32::MAX;
