//! Words of the wire for what others define: a word that is missing there, or is there too many, does not compile.

/// Words that stand for those of a type in scope, one for one.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident for $of:ident { $($(#[$of_variant:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($(#[$of_variant])* $variant),+
        }

        impl From<$of> for $name {
            fn from(one: $of) -> Self {
                match one {
                    $($of::$variant => Self::$variant),+
                }
            }
        }

        impl From<$name> for $of {
            fn from(one: $name) -> Self {
                match one {
                    $($name::$variant => Self::$variant),+
                }
            }
        }
    };
}

pub(crate) use names;
