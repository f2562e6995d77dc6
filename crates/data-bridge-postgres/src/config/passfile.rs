//! The password file, `~/.pgpass`: a password for each host, port, database and role.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::environment::below_home;
use super::parameters::Parameters;

/// A password file that was read, and why it was not when it should have been.
#[derive(Default)]
pub(super) struct PassFile {
    text: String,
    pub(super) problem: Option<String>,
}

/// It holds nothing but secrets.
impl fmt::Debug for PassFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassFile").finish_non_exhaustive()
    }
}

impl PassFile {
    /// The one that `given` names, or the user's own. One that is not there is empty.
    pub(super) fn open(given: &Parameters) -> Self {
        let named = given.get("passfile").map(PathBuf::from);
        match named.or_else(|| below_home(".pgpass")) {
            Some(path) => Self::read(&path),
            None => Self::default(),
        }
    }

    fn read(path: &Path) -> Self {
        let Ok(about) = fs::metadata(path) else {
            return Self::default();
        };
        let shown = path.display();
        let problem = if !about.is_file() {
            Some(format!("{shown} was not read: it is no file"))
        } else if about.permissions().mode() & 0o077 != 0 {
            Some(format!(
                "{shown} was not read: others than its owner may read it (chmod 600 {shown})"
            ))
        } else {
            None
        };
        if problem.is_some() {
            return Self {
                text: String::new(),
                problem,
            };
        }
        match fs::read(path) {
            Ok(bytes) => Self {
                text: String::from_utf8_lossy(&bytes).into_owned(),
                problem: None,
            },
            Err(error) => Self {
                text: String::new(),
                problem: Some(format!("{shown} was not read: {error}")),
            },
        }
    }

    /// The password of the first line that fits all four.
    pub(super) fn password(
        &self,
        host: &str,
        port: u16,
        database: &str,
        user: &str,
    ) -> Option<String> {
        let port = port.to_string();
        let wanted = [host, &port, database, user];
        self.text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .find_map(|line| password_for(line, wanted))
    }
}

fn password_for(line: &str, wanted: [&str; 4]) -> Option<String> {
    let mut rest = line;
    for wanted in wanted {
        let (field, behind) = split_field(rest)?;
        if field != "*" && unescape(field) != wanted {
            return None;
        }
        rest = behind;
    }
    Some(unescape(rest)).filter(|password| !password.is_empty())
}

/// Splits at the first colon that no backslash escapes.
fn split_field(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ':' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(c) = characters.next() {
        match c {
            '\\' => plain.extend(characters.next()),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    fn password(text: &str, host: &str) -> Option<String> {
        let file = PassFile {
            text: text.to_owned(),
            problem: None,
        };
        file.password(host, 5432, "shop", "ann")
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        let text = "\
#db:5432:shop:ann:comment
db:6543:shop:ann:other port
db:5432:shop:bob:other role
too:few:fields
db:*:shop:ann:one
*:*:*:*:any
";
        assert_eq!(password(text, "db").as_deref(), Some("one"));
        assert_eq!(password(text, "elsewhere").as_deref(), Some("any"));
        assert_eq!(password("a:*:*:*:x", "b"), None);
        assert_eq!(password("*:*:*:*:", "b"), None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped() {
        let text = r"\:\:1:*:*:*:a\:b\\c:d";
        assert_eq!(password(text, "::1").as_deref(), Some(r"a:b\c:d"));
        // An escaped star is a star.
        assert_eq!(password(r"\*:*:*:*:x", "b"), None);
    }

    #[test]
    fn a_file_that_others_may_read_is_not_read() {
        let path = env::temp_dir().join(format!("data-bridge-passfile-{}", std::process::id()));
        fs::write(&path, "*:*:*:*:hunter2\n").expect("writable");
        let with = |mode| {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(&path, permissions).expect("ours");
            PassFile::read(&path)
        };
        let closed = with(0o600);
        let open = with(0o640);
        fs::remove_file(&path).expect("ours");
        assert_eq!(
            closed.password("h", 1, "d", "u").as_deref(),
            Some("hunter2")
        );
        assert_eq!(open.password("h", 1, "d", "u"), None);
        assert!(
            open.problem
                .is_some_and(|problem| problem.contains("chmod 600"))
        );
        assert!(!format!("{closed:?}").contains("hunter2"));
        assert!(PassFile::read(&path).problem.is_none());
    }
}
