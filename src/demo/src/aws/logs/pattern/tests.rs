use super::*;

fn matches(pattern: &str, message: &str) -> bool {
    Pattern::parse(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}")).matches(message)
}

#[test]
fn terms_must_all_be_there_as_they_are_written() {
    assert!(matches("", "anything"));
    assert!(matches("ERROR payment", "ERROR: payment refused"));
    assert!(!matches("ERROR payment", "ERROR: cart lost"));
    assert!(!matches("error", "ERROR: cart lost"));
    assert!(matches("\"cart lost\"", "ERROR: cart lost"));
    assert!(!matches("\"lost cart\"", "ERROR: cart lost"));
    assert!(matches(r#""level\":\"error""#, r#"{"level":"error"}"#));
}

#[test]
fn a_term_may_be_shut_out_or_be_one_of_several() {
    assert!(matches("ERROR -payment", "ERROR: cart lost"));
    assert!(!matches("ERROR -payment", "ERROR: payment refused"));
    assert!(matches("-payment", "cart"));
    assert!(matches("?WARN ?Exception", "WARN slow"));
    assert!(matches("?WARN ?Exception", "NullPointerException"));
    assert!(!matches("?WARN ?Exception", "INFO fine"));
    assert!(matches("?WARN INFO", "INFO fine"));
}

#[test]
fn a_regular_expression_stands_between_percent_signs() {
    assert!(matches("%E[A-Z]+R some%", "ERROR something"));
    assert!(!matches("%^some%", "ERROR something"));
    assert!(matches(r"{ $.path = %^/api/v[0-9]+/% }", r#"{"path": "/api/v1/stock"}"#));
}

#[test]
fn json_is_compared_by_its_values() {
    let message =
        r#"{"level":"ERROR","latency":12.5,"user":{"id":7,"admin":true},"tags":["a","b"],"none":null,"ip":"10.1.2.3"}"#;
    for yes in [
        r#"{ $.level = "ERROR" }"#,
        "{ $.level = ERROR }",
        r#"{ $.level = "*RR*" }"#,
        "{ $.ip = 10.1.* }",
        "{ ($.latency > 10) && ($.user.id = 7) }",
        "{$.latency>=12.5&&$.latency<1e3}",
        "{ $.level = WARN || $.user.admin IS TRUE }",
        r#"{ $.tags[*] = "b" }"#,
        r#"{ $.tags[0] = "a" && $.tags[2] NOT EXISTS }"#,
        "{ $.none IS NULL && $.missing NOT EXISTS && $.level EXISTS }",
        r#"{ $["user"].id != 8 }"#,
        r#"{ $.level != "WARN" }"#,
    ] {
        assert!(matches(yes, message), "{yes}");
    }
    for no in [
        r#"{ $.level = "error" }"#,
        "{ $.latency < 10 }",
        "{ $.missing = 1 }",
        "{ $.missing != 1 }",
        "{ $.user.admin IS FALSE }",
        "{ ($.level = ERROR || $.level = WARN) && $.latency = 13 }",
        r#"{ $.tags[1] = "a" }"#,
    ] {
        assert!(!matches(no, message), "{no}");
    }
    assert!(!matches("{ $.level = ERROR }", "ERROR, but not JSON"));
}

#[test]
fn fields_are_compared_by_their_place() {
    let line = r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 503 1534"#;
    assert!(matches("[ip, id, user, ts, req, status=5*, bytes]", line));
    assert!(matches("[ip, id, user, ts, req=*.html*, status>=500 && status<600, bytes]", line));
    assert!(matches("[ip, ..., status=503 || status=404, bytes>1000]", line));
    assert!(!matches("[ip, ..., status=4*, bytes]", line));
    assert!(!matches("[ip, id, user]", line));
}

#[test]
fn what_is_not_a_pattern_is_refused() {
    for bad in [
        "foo-bar",
        "\"open",
        "%open",
        "%a(b)%",
        "{ $.level }",
        "{ level = 1 }",
        "{ $.level = }",
        "{ $.level > high }",
        "{ ($.level = 1 }",
        "{ $.level = 1 ",
        "[a, ..., b, ...]",
        "[a, b",
        "- ",
        "%a% %b% %c%",
    ] {
        assert!(Pattern::parse(bad).is_err(), "{bad}");
    }
    assert!(Pattern::parse(&"x".repeat(LONGEST + 1)).is_err());
}
