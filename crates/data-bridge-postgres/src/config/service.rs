//! The service file: connection parameters kept under a name.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::environment::{below_home, system_directory, variable};
use super::parameters::Parameters;
use crate::error::Error;

type Pairs = Vec<(String, String)>;

/// What the service stands for that `given`, or `PGSERVICE`, names; nothing when neither does.
pub(super) fn look_up(given: &Parameters) -> Result<Pairs, Error> {
    let named = given.get("service").map(str::to_owned);
    let Some(service) = named.or_else(|| variable("PGSERVICE")) else {
        return Ok(Vec::new());
    };
    let file = given.get("servicefile").map(str::to_owned);
    let file = file.or_else(|| variable("PGSERVICEFILE"));
    let own = file.is_none();
    let mut files: Vec<PathBuf> = Vec::new();
    files.extend(file.map(PathBuf::from));
    if own {
        files.extend(below_home(".pg_service.conf"));
    }
    let told = files.first().filter(|_| !own).cloned();
    files.push(system_directory().join("pg_service.conf"));
    for path in &files {
        match fs::read_to_string(path) {
            Ok(text) => {
                if let Some(found) = section(&text, &service, path)? {
                    return Ok(found);
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound && told.as_ref() != Some(path) => {}
            Err(error) => {
                return Err(Error::Config(format!(
                    "the service file {} cannot be read: {error}",
                    path.display()
                )));
            }
        }
    }
    let files: Vec<String> = files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    Err(Error::Config(format!(
        "there is no service {service:?} in {}",
        files.join(" or ")
    )))
}

/// The parameters of a service in the text of a service file.
fn section(text: &str, service: &str, path: &Path) -> Result<Option<Pairs>, Error> {
    let mut found: Option<Pairs> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let refused =
            |why: &str| Error::Config(format!("{}, line {}: {why}", path.display(), number + 1));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('[') {
            if found.is_some() {
                break;
            }
            if line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) == Some(service) {
                found = Some(Vec::new());
            }
            continue;
        }
        let Some(pairs) = &mut found else {
            continue;
        };
        if line.starts_with("ldap://") {
            return Err(refused("looking a service up by LDAP is not supported"));
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err(refused("a parameter has no \"=\""));
        };
        match name.trim() {
            "service" | "servicefile" => return Err(refused("a service cannot name another one")),
            name => pairs.push((name.to_owned(), value.trim().to_owned())),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# of the shop
[shop]
host=db.example
 port = 6543
password=a=b c

[other]
user=bob
broken
[nested]
service=shop
[directory]
ldap://ldap.example/dc=shop
";

    fn service(name: &str) -> Result<Option<Pairs>, Error> {
        section(TEXT, name, Path::new("/etc/services"))
    }

    #[test]
    fn a_service_ends_where_the_next_begins() {
        let expected = [
            ("host", "db.example"),
            ("port", "6543"),
            ("password", "a=b c"),
        ];
        let expected = expected.map(|(k, v)| (k.to_owned(), v.to_owned()));
        let found = service("shop").expect("a service");
        assert_eq!(found.as_deref(), Some(&expected[..]));
        assert_eq!(service("nothing").expect("readable"), None);
    }

    #[test]
    fn what_cannot_be_read_is_found_by_its_line() {
        for (name, problem) in [
            ("other", "/etc/services, line 9: a parameter has no"),
            ("nested", "line 11: a service cannot"),
            ("directory", "line 13: looking a service up by LDAP"),
        ] {
            let error = service(name).expect_err(name).to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
