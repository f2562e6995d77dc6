//! The settings that a session begins with.

use super::parameters::Parameters;
use crate::error::Error;

/// The startup packet's `options`: `-c name=value`, with spaces and backslashes escaped.
///
/// What is set last counts: what the caller names goes before `options`, and that before what is
/// only the environment's.
pub(super) fn options(
    given: &Parameters,
    settings: &[(String, String)],
) -> Result<Option<String>, Error> {
    let mut options = String::new();
    for name in ["DateStyle", "TimeZone"] {
        if let Some(value) = given.get(&format!("-{name}")) {
            set(&mut options, name, value);
        }
    }
    if let Some(given) = given.get("options") {
        separate(&mut options);
        options.push_str(given);
    }
    for (name, value) in settings {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        if name.is_empty() || !name.chars().all(plain) || value.contains('\0') {
            return Err(Error::Config(format!(
                "server_settings has a name or value that cannot be sent: {name:?}"
            )));
        }
        set(&mut options, name, value);
    }
    Ok(Some(options).filter(|options| !options.is_empty()))
}

fn separate(options: &mut String) {
    if !options.is_empty() {
        options.push(' ');
    }
}

fn set(options: &mut String, name: &str, value: &str) {
    separate(options);
    options.push_str("-c ");
    options.push_str(name);
    options.push('=');
    for c in value.chars() {
        if c == '\\' || c.is_whitespace() {
            options.push('\\');
        }
        options.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_escaped() {
        let settings = [("search_path".to_owned(), r"a b\c".to_owned())];
        let given = Parameters::of(&[("options", "-c x=1"), ("-TimeZone", "Asia/Tokyo")]);
        assert_eq!(
            options(&given, &settings).ok().flatten().as_deref(),
            Some(r"-c TimeZone=Asia/Tokyo -c x=1 -c search_path=a\ b\\c")
        );
        let nothing = Parameters::of(&[]);
        assert!(options(&nothing, &[("a b".into(), String::new())]).is_err());
        assert_eq!(options(&nothing, &[]).ok().flatten(), None);
    }
}
