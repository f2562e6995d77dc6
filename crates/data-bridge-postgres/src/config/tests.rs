use std::path::PathBuf;

use super::*;

fn options(dsn: &str) -> Options {
    Options {
        dsn: Some(dsn.to_owned()),
        ..Options::default()
    }
}

fn config(dsn: &str) -> Config {
    Config::new(&options(dsn)).unwrap_or_else(|e| panic!("{dsn}: {e}"))
}

fn addresses(config: &Config) -> Vec<Address> {
    config.addresses().cloned().collect()
}

fn problem(dsn: &str) -> String {
    Config::new(&options(dsn)).expect_err(dsn).to_string()
}

#[test]
fn a_uri_names_everything() {
    let config = config("postgresql://ann:s%20t@db.example:6543/shop");
    assert_eq!(
        addresses(&config),
        [Address::Tcp("db.example".into(), 6543)]
    );
    assert_eq!((config.user(), config.database()), ("ann", "shop"));
    assert_eq!(config.startup(0).get_password(), Some(&b"s t"[..]));
}

#[test]
fn arguments_go_before_the_connection_string() {
    let argument = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let options = Options {
        parameters: [("host", "/var/sockets"), ("user", "bob")]
            .map(argument)
            .into(),
        ..options("postgresql://ann@db.example:6543/shop?hostaddr=10.0.0.1")
    };
    let config = Config::new(&options).unwrap_or_else(|e| panic!("{e}"));
    let socket = PathBuf::from("/var/sockets/.s.PGSQL.6543");
    assert_eq!(addresses(&config), [Address::Unix(socket)]);
    assert_eq!(config.user(), "bob");
}

#[test]
fn of_a_keyword_given_twice_the_last_counts() {
    let config = config("postgresql://ann@one/shop?host=two&host=three");
    assert_eq!(addresses(&config), [Address::Tcp("three".into(), 5432)]);
}

#[test]
fn an_unknown_keyword_is_named() {
    let error = problem("postgresql://ann@db/shop?sslmod=hunter2");
    assert_eq!(error, "there is no connection option \"sslmod\"");
    let error = problem("user=ann database=hunter2");
    assert!(error.ends_with("did you mean dbname?"), "{error}");
}

#[test]
fn a_word_that_is_none_of_its_keyword_is_told_the_others() {
    let error = problem("user=ann target_session_attrs=master");
    assert!(error.contains("read-write, read-only, primary"), "{error}");
    assert!(problem("user=ann load_balance_hosts=yes").contains("disable, random"));
    assert!(problem("user=ann connect_timeout=soon").contains("not a number"));
}

#[test]
fn what_cannot_be_met_is_refused() {
    for (wish, why) in [
        ("replication=database", "not supported"),
        ("requirepeer=postgres", "not supported"),
        ("gssencmode=require", "use TLS"),
        ("client_encoding=latin1", "always UTF8"),
    ] {
        let error = problem(&format!("user=ann {wish}"));
        assert!(error.contains(why), "{error}");
    }
    config("user=ann client_encoding=utf-8 gssencmode=prefer sslcompression=0");
}

#[test]
fn the_whole_is_bounded_unless_each_attempt_is() {
    let within = |dsn: &str, patience| {
        let options = Options {
            patience,
            ..options(dsn)
        };
        let config = Config::new(&options).unwrap_or_else(|e| panic!("{e}"));
        (config.timeout, config.connect_timeout)
    };
    let ten = Duration::from_secs(10);
    let three = Some(Duration::from_secs(3));
    let bounded = "user=ann connect_timeout=3";
    assert_eq!(
        within("user=ann", Patience::ByDefault(ten)),
        (Some(ten), None)
    );
    assert_eq!(within(bounded, Patience::ByDefault(ten)), (None, three));
    assert_eq!(within(bounded, Patience::Within(ten)), (Some(ten), three));
    assert_eq!(within(bounded, Patience::Endless), (None, three));
    assert_eq!(
        within("user=ann connect_timeout=0", Patience::ByDefault(ten)),
        (None, None)
    );
}

#[test]
fn secrets_stay_out_of_messages() {
    let options = Options {
        parameters: vec![("password".into(), "hunter2".into())],
        ..options("postgresql://ann:hunter2@db/shop")
    };
    let fine = Config::new(&options).unwrap_or_else(|e| panic!("{e}"));
    assert!(!format!("{fine:?}{options:?}").contains("hunter2"));
}
