//! The syntax tree as one flat list in preorder: parents before children, no pointers, no recursion.
//!
//! tree-sitter parses and recovers from errors; its tree is copied at once, since climbing in it costs as much as its
//! depth, and a hostile file is deep.

use std::{ops::ControlFlow, ops::Range, sync::LazyLock};

use tree_sitter::{Language, ParseOptions, ParseState, Parser, Tree};

/// What a file may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes of source.
    pub bytes: usize,
    /// The most syntax nodes that are kept, and the most tokens, which cost memory before a node is kept.
    pub nodes: usize,
    /// Steps of the parser for each byte of source. Written code needs at most two; what can be read in several ways,
    /// such as tuples without parentheses, needs many.
    pub effort: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 20, nodes: 1 << 20, effort: 6 }
    }
}

/// Why a file could not be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PythonError {
    /// More bytes than the limit.
    #[error("the source is longer than {0} bytes")]
    Long(usize),
    /// More syntax nodes than the limit.
    #[error("the source has more than {0} syntax nodes")]
    Big(usize),
    /// The parser took more steps than the limit.
    #[error("the source takes too long to parse")]
    Slow,
    /// The grammar and the parser library do not fit together: a fault of ours.
    #[error("the Python grammar could not be loaded; this is a bug in palisade")]
    Grammar,
}

/// A syntax node of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(super) u32);

impl Id {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, Debug)]
struct Node {
    kind: Kind,
    field: Field,
    start: u32,
    end: u32,
    parent: u32,
    /// One past the last descendant.
    next: u32,
}

/// The syntax tree of one file.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    nodes: Vec<Node>,
    /// Whether the parser had to recover from errors.
    broken: bool,
}

impl Syntax {
    pub(super) fn parse(text: &str, limits: Limits) -> Result<Self, PythonError> {
        if text.len() > limits.bytes.min(u32::MAX as usize) {
            return Err(PythonError::Long(limits.bytes));
        }
        if tokens(text) > limits.nodes {
            return Err(PythonError::Big(limits.nodes));
        }
        let tree = tree(text, limits)?;
        let mut syntax = flatten(&tree, limits)?;
        syntax.broken = tree.root_node().has_error();
        Ok(syntax)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn ids(&self) -> impl DoubleEndedIterator<Item = Id> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(0)).map(Id)
    }

    pub(super) fn kind(&self, id: Id) -> Kind {
        self.nodes.get(id.at()).map_or(Kind::Other, |node| node.kind)
    }

    pub(super) fn field(&self, id: Id) -> Field {
        self.nodes.get(id.at()).map_or(Field::None, |node| node.field)
    }

    pub(super) fn range(&self, id: Id) -> Range<usize> {
        self.nodes.get(id.at()).map_or(0..0, |node| node.start as usize..node.end as usize)
    }

    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        self.nodes.get(id.at()).filter(|_| id.0 > 0).map(|node| Id(node.parent))
    }

    /// One past the last descendant.
    pub(super) fn after(&self, id: Id) -> Id {
        Id(self.nodes.get(id.at()).map_or(id.0 + 1, |node| node.next))
    }

    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + use<'_> {
        let end = self.after(id);
        let mut child = Id(id.0 + 1);
        std::iter::from_fn(move || {
            let this = (child < end).then_some(child)?;
            child = self.after(this);
            Some(this)
        })
    }

    pub(super) fn child(&self, id: Id, field: Field) -> Option<Id> {
        self.children(id).find(|child| self.field(*child) == field)
    }
}

/// About how many tokens a text has: each costs the parser some 400 bytes before the first node can be counted.
fn tokens(text: &str) -> usize {
    let mut last = b' ';
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
    let begins = text.bytes().filter(|byte| {
        let before = std::mem::replace(&mut last, *byte);
        // Rulers in comments are long.
        let goes_on = is_word(*byte) && is_word(before) || before == *byte && matches!(byte, b'#' | b'=' | b'*');
        !goes_on && !byte.is_ascii_whitespace()
    });
    begins.count()
}

fn tree(text: &str, limits: Limits) -> Result<Tree, PythonError> {
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE).map_err(|_| PythonError::Grammar)?;
    // The parser calls back every hundred or so steps: a measure of work that is the same on every machine.
    let mut calls = text.len().saturating_mul(limits.effort) / 100 + 1000;
    let mut progress = |_: &ParseState| {
        calls = calls.saturating_sub(1);
        if calls == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let bytes = text.as_bytes();
    let mut read = |at: usize, _| bytes.get(at..).unwrap_or_default();
    let options = ParseOptions::new().progress_callback(&mut progress);
    parser.parse_with_options(&mut read, None, Some(options)).ok_or(PythonError::Slow)
}

fn flatten(tree: &Tree, limits: Limits) -> Result<Syntax, PythonError> {
    let mut nodes: Vec<Node> = Vec::new();
    // For each level of the cursor: the kept node there, if the node was kept.
    let mut open: Vec<Option<u32>> = Vec::new();
    let mut parent = 0;
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let field =
            cursor.field_id().map_or(Field::None, |id| FIELDS.get(usize::from(id.get())).copied().unwrap_or_default());
        let kind = KINDS.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other);
        let skipped = matches!(kind, Kind::Comment | Kind::StringStart | Kind::StringEnd);
        let keep = !skipped && (node.is_named() || matches!(field, Field::Operator | Field::Operators));
        if keep {
            if nodes.len() >= limits.nodes {
                return Err(PythonError::Big(limits.nodes));
            }
            let id = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
            let start = u32::try_from(node.start_byte()).unwrap_or(u32::MAX);
            let end = u32::try_from(node.end_byte()).unwrap_or(u32::MAX);
            nodes.push(Node { kind, field, start, end, parent, next: id + 1 });
        }
        let this = keep.then(|| u32::try_from(nodes.len() - 1).unwrap_or(u32::MAX));
        if keep && cursor.goto_first_child() {
            open.push(this);
            parent = this.unwrap_or(parent);
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(Syntax { nodes, broken: false });
            }
            let next = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
            if let Some(node) = open.pop().flatten().and_then(|id| nodes.get_mut(id as usize)) {
                node.next = next;
                parent = node.parent;
            }
        }
    }
}

/// Declares an enum of grammar words, and how each is spelled in the grammar.
macro_rules! grammar {
    ($(#[$outer:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? } else $other:ident) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the variants are the words of the grammar")]
        pub enum $name {
            $($variant,)+
            #[default]
            $other,
        }

        impl $name {
            fn of(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::$other,
                }
            }
        }
    };
}

grammar! {
    /// What a syntax node is. Only the kinds that mean something to us are told apart.
    Kind {
        AliasedImport = "aliased_import",
        ArgumentList = "argument_list",
        AsPattern = "as_pattern",
        AsTarget = "as_pattern_target",
        Assignment = "assignment",
        Attribute = "attribute",
        Augmented = "augmented_assignment",
        Await = "await",
        Binary = "binary_operator",
        Block = "block",
        Boolean = "boolean_operator",
        Call = "call",
        Class = "class_definition",
        Comment = "comment",
        Comparison = "comparison_operator",
        Concatenated = "concatenated_string",
        Conditional = "conditional_expression",
        Decorated = "decorated_definition",
        Decorator = "decorator",
        DefaultParameter = "default_parameter",
        Dictionary = "dictionary",
        DictionaryComprehension = "dictionary_comprehension",
        DictionarySplat = "dictionary_splat",
        DictionarySplatPattern = "dictionary_splat_pattern",
        DottedName = "dotted_name",
        Escape = "escape_sequence",
        ExceptClause = "except_clause",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        False = "false",
        Float = "float",
        For = "for_statement",
        ForIn = "for_in_clause",
        Function = "function_definition",
        Future = "future_import_statement",
        Generator = "generator_expression",
        Global = "global_statement",
        Identifier = "identifier",
        Import = "import_statement",
        ImportFrom = "import_from_statement",
        Integer = "integer",
        Interpolation = "interpolation",
        KeywordArgument = "keyword_argument",
        Lambda = "lambda",
        LambdaParameters = "lambda_parameters",
        List = "list",
        ListComprehension = "list_comprehension",
        ListPattern = "list_pattern",
        ListSplat = "list_splat",
        ListSplatPattern = "list_splat_pattern",
        Module = "module",
        Named = "named_expression",
        None = "none",
        Nonlocal = "nonlocal_statement",
        Not = "not_operator",
        Pair = "pair",
        Parameters = "parameters",
        Parenthesized = "parenthesized_expression",
        PatternList = "pattern_list",
        RelativeImport = "relative_import",
        Return = "return_statement",
        Set = "set",
        SetComprehension = "set_comprehension",
        Slice = "slice",
        String = "string",
        StringContent = "string_content",
        StringEnd = "string_end",
        StringStart = "string_start",
        Subscript = "subscript",
        True = "true",
        Tuple = "tuple",
        TuplePattern = "tuple_pattern",
        Type = "type",
        TypedDefaultParameter = "typed_default_parameter",
        TypedParameter = "typed_parameter",
        Unary = "unary_operator",
        WildcardImport = "wildcard_import",
        WithItem = "with_item",
        Yield = "yield",
    } else Other
}

grammar! {
    /// What a syntax node is to its parent.
    Field {
        Alias = "alias",
        Alternative = "alternative",
        Arguments = "arguments",
        Argument = "argument",
        Attribute = "attribute",
        Body = "body",
        Condition = "condition",
        Definition = "definition",
        Expression = "expression",
        Function = "function",
        Key = "key",
        Left = "left",
        ModuleName = "module_name",
        Name = "name",
        Object = "object",
        Operator = "operator",
        Operators = "operators",
        Parameters = "parameters",
        Right = "right",
        Subscript = "subscript",
        Superclasses = "superclasses",
        Type = "type",
        Value = "value",
    } else None
}

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| tree_sitter_python::LANGUAGE.into());

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let count = u16::try_from(LANGUAGE.node_kind_count()).unwrap_or(u16::MAX);
    (0..count).map(|id| LANGUAGE.node_kind_for_id(id).map_or(Kind::Other, Kind::of)).collect()
});

static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let count = u16::try_from(LANGUAGE.field_count()).unwrap_or(u16::MAX);
    (0..=count).map(|id| LANGUAGE.field_name_for_id(id).map_or(Field::None, Field::of)).collect()
});
