use super::*;

#[test]
fn what_only_readers_need_goes() {
    assert_eq!(squeeze("// why\nconst a = 1; // here\n  const b = a + 2;\n"), "const a=1;const b=a+2;");
    assert_eq!(squeeze("if (a) {\n  return b;\n}\nreturn c;"), "if(a){return b}\nreturn c;");
}

#[test]
fn strings_templates_and_expressions_stay_as_they_are() {
    for text in ["'a  // b'", "\"a \\\" b\"", "`a  ${b?'c  d':`e  f`}  // g`", "x=/[/ ]  \\/ a/g"] {
        assert!(squeeze(&format!("const y = {text} ;")).contains(text.trim_start_matches("x=")), "{text}");
    }
}

#[test]
fn a_division_is_no_expression() {
    assert_eq!(squeeze("a = b / c; // d / e\nf = (g) / h;"), "a=b/c;f=(g)/h;");
}

#[test]
fn words_and_doubled_signs_stay_apart() {
    assert_eq!(squeeze("return  a in b;"), "return a in b;");
    assert_eq!(squeeze("a + +b - -c"), "a+ +b- -c");
}

#[test]
fn a_statement_without_its_sign_keeps_its_line() {
    assert_eq!(squeeze("a = b\nc = d\n"), "a=b\nc=d");
}

#[test]
fn a_lone_parameter_needs_no_brackets() {
    assert_eq!(
        squeeze("const f = (a) => a;\ng(async (b) => b, (c, d) => c, () => 1, ({ e }) => e);"),
        "const f=a=>a;g(async(b)=>b,(c,d)=>c,()=>1,({e})=>e);"
    );
}
