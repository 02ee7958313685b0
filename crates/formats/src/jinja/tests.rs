//! Escapes, ordinary templates, and templates that are there to be slow.

use proptest::prelude::*;

use super::*;

fn kinds(template: &str) -> Vec<Kind> {
    let mut kinds: Vec<_> = analyse(template).reaches.into_iter().map(|reach| reach.kind).collect();
    kinds.dedup();
    kinds
}

const GROWN_ATTRIBUTE: &str =
    "{% set n=namespace(s='') %}{% for c in x %}{% set n.s=n.s~c %}{% endfor %}{{ ''|attr(n.s) }}";
const GROWN_KEY: &str = "{% set n=namespace(s='') %}{% for c in x %}{% set n.s=n.s~c %}{% endfor %}{{ ''[n.s] }}";
const GROWN_MAP: &str =
    "{% set n=namespace(s='') %}{% for c in x %}{{ y|map(attribute=n.s) }}{% set n.s=n.s~c %}{% endfor %}";

#[test]
fn escapes_are_seen() {
    for (template, kind) in [
        ("{{ ''.__class__.__mro__ }}", Kind::Internals),
        ("{{ ''['__cla' ~ 'ss__'] }}", Kind::Internals),
        ("{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}", Kind::Internals),
        ("{% set a = '__cl' %}{% set b = a ~ 'ass__' %}{{ ''[b] }}", Kind::Internals),
        ("{{ ''[['__cl', 'ass__']|join] }}", Kind::Internals),
        ("{{ ''['__ssalc__'|reverse] }}", Kind::Internals),
        ("{{ ''|attr('__class__') }}", Kind::Internals),
        ("{{ x|attr(y) }}", Kind::ComputedAttribute),
        (GROWN_ATTRIBUTE, Kind::ComputedAttribute),
        (GROWN_KEY, Kind::ComputedAttribute),
        (GROWN_MAP, Kind::ComputedAttribute),
        ("{{ '{0.__class__}'.format(x) }}", Kind::Internals),
        ("{{ (messages|map(attribute='a.__class__')|list) }}", Kind::Internals),
        ("{{ g.gi_frame.f_back }}", Kind::Internals),
        ("{{ self._TemplateReference__context }}", Kind::Internals),
        ("{%- include '/etc/passwd' -%}", Kind::File),
        ("{% from 'x' import y %}", Kind::File),
        ("{{ os.popen('id') }}", Kind::Foreign),
        ("{{ open('/etc/passwd').read() }}", Kind::Foreign),
        ("{% for a in range(999999999) %}{% endfor %}", Kind::Endless),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", Kind::Endless),
        ("{{ 'a' * 1000000000 }}", Kind::Endless),
    ] {
        assert_eq!(kinds(template).first(), Some(&kind), "{template}");
    }
}

#[test]
fn chat_templates_are_quiet() {
    for template in [
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message.content | trim }}{% endfor %}",
        "{%- set ns = namespace(found=false) -%}{%- if ns.found %}{{ raise_exception('no') }}{% endif %}",
        "{%- macro render(tools, indent=2) -%}{{ tools | tojson(indent=indent) }}{%- endmacro %}{{ strftime_now('%d %b %Y') }}",
        "{% for m in messages[::-1] %}{% if loop.first %}{% continue %}{% endif %}{% generation %}{{ m }}{% endgeneration %}{% endfor %}",
        "{% if 'import os' in messages[0].content %}{{ '__media__' ~ tools|map(attribute='name')|join(', ') }}{% endif %}",
        "{% set n=namespace(s='', i=0) %}{% for m in messages %}{% set n.s=n.s~m.role %}{% set n.i=n.i+1 %}{% endfor %}\
         {{ n.s }}{{ messages[n.i] }}{{ roles[n.s] }}{{ tools|map(attribute='name')|join(n.s) }}{{ 'abc'[loop.index0] }}",
        "{% for i in range(messages|length) %}{{ i }}{% endfor %}{{ system.content }}{{ from }}",
        "text about __class__ and import outside of tags {# __class__ #}",
    ] {
        let report = analyse(template);
        assert_eq!((report.reaches, report.broken), (vec![], None), "{template}");
    }
}

#[test]
fn ranges_point_into_the_template() {
    let template = "hello {{ x.__class__ }}";
    assert_eq!(template.get(analyse(template).reaches[0].range.clone()), Some("__class__"));
}

#[test]
fn deep_templates_are_linear() {
    analyse(&format!("{{{{ x{} }}}}", ".a".repeat(200_000)));
    analyse(&"{% for a in b %}".repeat(20_000));
    analyse(&format!("{{{{ {} }}}}", "'a' ~ ".repeat(50_000)));
}

#[test]
fn strings_that_are_worked_out_backwards_lie_in_the_template() {
    for template in ["{%','%t('x')", "{{ ',' % t('x') }}"] {
        let speech = analyse(template).speech;
        assert!(speech.iter().all(|speech| template.get(speech.range.clone()).is_some()), "{speech:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_safe(template in "(\\{\\{|\\}\\}|\\{%|%\\}|'|\\[|\\||~|[a-z_.]{1,6}| |\\PC){0,60}") {
        analyse(&template);
    }
}
