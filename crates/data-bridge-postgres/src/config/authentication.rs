//! By which methods a server may have us authenticate.

use crate::error::Error;

/// A method, as `require_auth` calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    None = 1,
    Password = 2,
    Md5 = 4,
    Scram = 8,
    /// Kerberos, SSPI: the engine knows none of them.
    Other = 16,
}

const NAMES: [(&str, Method); 7] = [
    ("none", Method::None),
    ("password", Method::Password),
    ("md5", Method::Md5),
    ("scram-sha-256", Method::Scram),
    ("gss", Method::Other),
    ("sspi", Method::Other),
    ("oauth", Method::Other),
];

/// The methods that are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Methods(u8);

impl Methods {
    pub(crate) const ALL: Self = Self(u8::MAX);

    /// From `require_auth`: those that are listed, or all but those that are listed with a `!`.
    pub(super) fn new(listed: Option<&str>) -> Result<Self, Error> {
        let Some(listed) = listed else {
            return Ok(Self::ALL);
        };
        let items: Vec<&str> = listed.split(',').map(str::trim).collect();
        let refused = items.iter().filter(|item| item.starts_with('!')).count();
        if refused != 0 && refused != items.len() {
            return Err(Error::Config(format!(
                "require_auth={listed:?} mixes what is allowed and, by \"!\", what is not"
            )));
        }
        let mut bits = 0;
        for item in items {
            let name = item.trim_start_matches('!');
            let Some((_, method)) = NAMES.iter().find(|(known, _)| *known == name) else {
                let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
                return Err(Error::Config(format!(
                    "require_auth={name:?} is none of {}",
                    names.join(", ")
                )));
            };
            bits |= *method as u8;
        }
        Ok(Self(if refused > 0 { !bits } else { bits }))
    }

    pub(crate) fn allow(self, method: Method) -> bool {
        self.0 & method as u8 != 0
    }
}

impl Method {
    /// The method that an authentication request's number means.
    pub(crate) fn requested(code: u32) -> Self {
        match code {
            0 => Self::None,
            3 => Self::Password,
            5 => Self::Md5,
            10..=12 => Self::Scram,
            _ => Self::Other,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        let known = NAMES.iter().find(|(_, method)| *method == self);
        known.map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_listed_or_refused() {
        let some = Methods::new(Some("md5, scram-sha-256")).expect("methods");
        assert!(some.allow(Method::Md5) && some.allow(Method::Scram));
        assert!(!some.allow(Method::Password) && !some.allow(Method::None));
        let others = Methods::new(Some("!password,!md5")).expect("methods");
        assert!(others.allow(Method::Scram) && others.allow(Method::None));
        assert!(!others.allow(Method::Password));
        for wrong in ["md5,!none", "kerberos", ""] {
            assert!(Methods::new(Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(Methods::new(None).ok(), Some(Methods::ALL));
    }
}
