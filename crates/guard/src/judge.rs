//! Judges what is said in a body, text by text, and writes what was taken out over where it stood.

use std::{borrow::Cow, collections::HashMap, ops::Range, sync::Arc};

use palisade_base::Origin;
use palisade_text::{Found, Inspector, Judgement, Redactor, Verdict};

use crate::{
    protocol::{BodyError, Channel, Edits, Kind, Piece, Protocol, Reply, Request},
    restore::{Restorer, Tokens},
};

/// What judges texts, and what is done about what it finds. Clones share what they hold.
#[derive(Clone, Debug)]
pub struct Judge {
    inspector: Arc<Inspector>,
    redactor: Option<Arc<Redactor>>,
    verdicts: Arc<[(String, Verdict)]>,
    tokens: Option<Tokens>,
}

/// What is said of a text in a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Who wrote it.
    pub origin: Origin,
    /// What it is.
    pub kind: Kind,
    /// Its channel.
    pub channel: Channel,
    /// Its length in bytes.
    pub len: usize,
    /// Where its pieces stand in the body, in order; empty for the texts of a stream.
    pub places: Vec<Range<usize>>,
    /// What was found in it; places are bytes of the text.
    pub judgement: Judgement,
    /// What to do with it, by the verdicts of this [`Judge`].
    pub verdict: Verdict,
}

/// What is said of a body.
#[derive(Debug)]
pub struct Judged<S> {
    /// What it says.
    pub said: S,
    /// Every text in it.
    pub texts: Vec<Text>,
    /// The worst verdict of all texts.
    pub verdict: Verdict,
    /// The body without what was taken out; none where it stays as it is.
    pub edited: Option<Vec<u8>>,
}

impl Judge {
    /// One that looks for what this inspector finds, and takes out what this redactor takes out.
    pub fn new(inspector: Arc<Inspector>, redactor: Option<Arc<Redactor>>) -> Self {
        Self { inspector, redactor, verdicts: Arc::new([]), tokens: None }
    }

    /// The same with other verdicts for kinds of findings or for detectors, by their names. A kind goes before a detector.
    #[must_use]
    pub fn with_verdicts(self, verdicts: impl IntoIterator<Item = (String, Verdict)>) -> Self {
        Self { verdicts: verdicts.into_iter().collect(), ..self }
    }

    /// The same, which turns these tokens back in replies: those that stood for values in the request.
    #[must_use]
    pub fn restoring(self, tokens: Tokens) -> Self {
        Self { tokens: Some(tokens).filter(|tokens| !tokens.is_empty()), ..self }
    }

    /// Judges a request before it is sent.
    pub fn request<'b>(&self, protocol: &dyn Protocol, body: &'b [u8]) -> Result<Judged<Request<'b>>, BodyError> {
        let said = protocol.request(body)?;
        let mut edits = Edits::default();
        // A request carries tokens out: none is turned back.
        let texts = Self { tokens: None, ..self.clone() }.texts(&said.pieces, &mut edits);
        Ok(Judged::new(said, texts, edits, body))
    }

    /// Judges a whole reply before it is passed on.
    pub fn reply<'b>(&self, protocol: &dyn Protocol, body: &'b [u8]) -> Result<Judged<Reply<'b>>, BodyError> {
        let said = protocol.reply(body)?;
        let mut edits = Edits::default();
        let texts = self.texts(&said.pieces, &mut edits);
        if !edits.is_empty() {
            said.echoes.iter().for_each(|echo| edits.replace_source(echo.clone(), "null".to_owned()));
        }
        Ok(Judged::new(said, texts, edits, body))
    }

    /// Judges pieces: those of one channel and author are one text.
    pub(crate) fn texts(&self, pieces: &[Piece<'_>], edits: &mut Edits) -> Vec<Text> {
        let mut numbers: HashMap<(Channel, Origin), usize> = HashMap::with_capacity(pieces.len());
        let mut texts: Vec<Vec<&Piece<'_>>> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let number = *numbers.entry((piece.channel, piece.origin)).or_insert(texts.len());
            match texts.get_mut(number) {
                Some(text) => text.push(piece),
                None => texts.push(vec![piece]),
            }
        }
        texts.iter().filter_map(|pieces| self.text(pieces, edits)).collect()
    }

    fn text(&self, pieces: &[&Piece<'_>], edits: &mut Edits) -> Option<Text> {
        let first = pieces.first()?;
        let text: Cow<'_, str> = match pieces {
            [one] => Cow::Borrowed(&one.text),
            _ => pieces.iter().map(|piece| &*piece.text).collect(),
        };
        let judgement = self.inspector.inspect(&text, first.origin);
        self.edit(&text, &judgement.findings, pieces, edits);
        let (verdict, places) = (self.verdict(&judgement), pieces.iter().map(|piece| piece.range.clone()).collect());
        let Piece { origin, kind, channel, .. } = **first;
        Some(Text { origin, kind, channel, len: text.len(), places, judgement, verdict })
    }

    /// What to do with a text of which this is said.
    pub fn verdict(&self, judgement: &Judgement) -> Verdict {
        let worst = judgement.findings.iter().map(|found| self.verdict_of(found)).max().unwrap_or(Verdict::Pass);
        // What is not listed, or could not be judged, is no better than the inspector says.
        if judgement.complete { worst } else { worst.max(judgement.verdict) }
    }

    pub(crate) fn verdict_of(&self, found: &Found) -> Verdict {
        let by = |name: &str| self.verdicts.iter().rev().find(|(what, _)| what == name).map(|(_, verdict)| *verdict);
        by(found.kind).or_else(|| by(found.rule)).unwrap_or_else(|| found.verdict())
    }

    /// Writes a text without its values, and with its tokens turned back, over its pieces. A value that goes from one piece
    /// into the next ends the first one.
    fn edit(&self, text: &str, found: &[Found], pieces: &[&Piece<'_>], edits: &mut Edits) {
        let Some(first) = pieces.first() else { return };
        let mut restorer = self.restorer(first.kind);
        // What has a name among the kinds of values is a value; values come in the order of the text.
        let takes = self.redactor.is_some();
        let mut values = found.iter().filter(|found| takes && found.entity().is_some()).peekable();
        if values.peek().is_none() && restorer.is_none() {
            return;
        }
        let (mut from, mut boundary) = (0, 0);
        for (at, piece) in (1..).zip(pieces) {
            boundary += piece.text.len();
            let (mut end, mut here) = (boundary.max(from), Vec::new());
            while let Some(value) = values.next_if(|value| value.range.start < end) {
                end = end.max(value.range.end);
                let mut value = value.clone();
                value.range = value.range.start.saturating_sub(from)..value.range.end.saturating_sub(from);
                here.push(value);
            }
            let part = text.get(from..end).unwrap_or_default();
            let mut edited = match &self.redactor {
                Some(redactor) => redactor.redact(part, &here),
                None => part.to_owned(),
            };
            if let Some(restorer) = &mut restorer {
                edited = restorer.push(&edited);
                if at == pieces.len() {
                    edited.push_str(&restorer.finish());
                }
            }
            if edited != piece.text {
                piece.write(&edited, edits);
            }
            from = end;
        }
    }

    /// What turns tokens back in a text of this kind.
    pub(crate) fn restorer(&self, kind: Kind) -> Option<Restorer> {
        let in_json = matches!(kind, Kind::Arguments | Kind::Source);
        self.tokens.clone().map(|tokens| Restorer::new(tokens, in_json))
    }

    pub(crate) fn inspector(&self) -> Arc<Inspector> {
        Arc::clone(&self.inspector)
    }

    pub(crate) fn redactor(&self) -> Option<Arc<Redactor>> {
        self.redactor.clone()
    }
}

impl<S> Judged<S> {
    fn new(said: S, texts: Vec<Text>, edits: Edits, body: &[u8]) -> Self {
        let verdict = texts.iter().map(|text| text.verdict).max().unwrap_or(Verdict::Pass);
        let edited = (!edits.is_empty()).then(|| edits.apply(body));
        Self { said, texts, verdict, edited }
    }
}
