//! The shapes of what is sent and answered, as they are described. What writes and reads them knows nothing of this; the API's tests hold
//! real answers to it.

#![expect(
    dead_code,
    reason = "these only describe: what they describe is written and read elsewhere"
)]

mod account;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

pub(crate) use self::account::{
    Events, Export, PasswordChange, PasswordProof, Sessions, UsernameChange,
};

/// What it takes to make an account. Other members are ignored.
#[derive(ToSchema)]
pub(crate) struct Registration {
    /// The name, kept as it is typed; two that differ in case alone are the same. Spaces around it are left out.
    #[schema(
        min_length = 3,
        max_length = 32,
        pattern = "^[A-Za-z0-9._-]{3,32}$",
        example = "ada"
    )]
    username: String,
    /// The address, kept in lower case. A domain of other letters than ASCII is sent in punycode.
    #[schema(
        format = "email",
        min_length = 6,
        max_length = 254,
        pattern = "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z][A-Za-z0-9]{1,62}$",
        example = "ada@example.org"
    )]
    email: String,
    /// At least 12 characters where the settings ask for no other number, and not among the first that anyone would guess.
    #[schema(
        format = "password",
        min_length = 12,
        max_length = 256,
        example = "seven quiet weavers sing"
    )]
    password: String,
    /// Whether the client keeps the session when it is closed; it does where nothing is said.
    #[schema(required = false, example = true)]
    remember: bool,
}

/// What it takes to sign in. Other members are ignored.
#[derive(ToSchema)]
pub(crate) struct Credentials {
    /// The username or the email address.
    #[schema(min_length = 1, max_length = 1024, pattern = "\\S", example = "ada")]
    username: String,
    /// The password.
    #[schema(
        format = "password",
        min_length = 1,
        max_length = 4096,
        example = "seven quiet weavers sing"
    )]
    password: String,
    /// Whether the client keeps the session when it is closed; it does where nothing is said.
    #[schema(required = false, example = true)]
    remember: bool,
}

/// An address that a letter is sent to.
#[derive(ToSchema)]
pub(crate) struct Address {
    /// The address.
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    email: String,
}

/// What stands in a letter by which to sign in: the token of its link, or its code together with the address.
#[derive(ToSchema)]
pub(crate) struct SignInLetter {
    /// The token of the link.
    #[schema(required = false, min_length = 1, max_length = 64)]
    token: String,
    /// The address, where the code is sent.
    #[schema(
        required = false,
        format = "email",
        max_length = 254,
        example = "ada@example.org"
    )]
    email: String,
    /// The code: eight digits.
    #[schema(
        required = false,
        min_length = 1,
        max_length = 32,
        example = "12345678"
    )]
    code: String,
    /// Whether the client keeps the session when it is closed; it does where nothing is said.
    #[schema(required = false, example = true)]
    remember: bool,
}

/// What stands in a letter by which an account is made, and what else is asked for.
#[derive(ToSchema)]
pub(crate) struct SignUpLetter {
    /// The token of the link.
    #[schema(required = false, min_length = 1, max_length = 64)]
    token: String,
    /// The code, in the client that asked: eight digits.
    #[schema(
        required = false,
        min_length = 1,
        max_length = 32,
        example = "12345678"
    )]
    code: String,
    /// The password that was chosen, from another client than the one that asked.
    #[schema(
        required = false,
        format = "password",
        max_length = 256,
        example = "seven quiet weavers sing"
    )]
    password: String,
    /// Another name, where somebody has the first by now.
    #[schema(required = false, min_length = 3, max_length = 32, example = "ada")]
    username: String,
    /// Whether the client keeps the session when it is closed; it does where nothing is said.
    #[schema(required = false, example = true)]
    remember: bool,
}

/// What stands in a letter by which an address is proven: the token of its link, or its code.
#[derive(ToSchema)]
pub(crate) struct VerificationLetter {
    /// The token of the link.
    #[schema(required = false, min_length = 1, max_length = 64)]
    token: String,
    /// The code: eight digits.
    #[schema(
        required = false,
        min_length = 1,
        max_length = 32,
        example = "12345678"
    )]
    code: String,
}

/// The link of a letter.
#[derive(ToSchema)]
pub(crate) struct LinkToken {
    /// Its token.
    #[schema(min_length = 1, max_length = 64)]
    token: String,
}

/// The link of a letter, and another password.
#[derive(ToSchema)]
pub(crate) struct NewPassword {
    /// The token of the link.
    #[schema(min_length = 1, max_length = 64)]
    token: String,
    /// At least 12 characters where the settings ask for no other number, and not among the first that anyone would guess.
    #[schema(
        format = "password",
        min_length = 12,
        max_length = 256,
        example = "eight loud hatters hum"
    )]
    password: String,
}

/// That something has begun and goes on by a letter.
#[derive(ToSchema)]
pub(crate) struct Accepted {
    /// What was done.
    #[schema(
        pattern = "^(letter_sent|confirmation_sent|changed|already_verified)$",
        example = "letter_sent"
    )]
    status: String,
}

/// The password grant of OAuth 2.0 (RFC 6749, section 4.3.2). Other fields are ignored; none may be said twice.
pub(crate) struct PasswordForm;

impl PartialSchema for PasswordForm {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        let grant = text()
            .description(Some("`password`, if it is there."))
            .pattern(Some("^password$"))
            .examples(["password"]);
        let username = text()
            .description(Some("The username or the email address."))
            .min_length(Some(1))
            .max_length(Some(1024))
            .pattern(Some("\\S"))
            .examples(["ada"]);
        let password = text()
            .description(Some("The password."))
            .format(Some(SchemaFormat::Custom("password".to_owned())))
            .min_length(Some(1))
            .max_length(Some(4096))
            .examples(["seven quiet weavers sing"]);
        let remember = text()
            .description(Some(
                "Whether the client keeps the session when it is closed; it does where nothing is said.",
            ))
            .pattern(Some("^(true|on|false|off)$"))
            .examples(["true"]);
        ObjectBuilder::new()
            .description(Some(
                "The password grant of OAuth 2.0 (RFC 6749, section 4.3.2). Other fields are ignored; none may be said twice.",
            ))
            .property("grant_type", grant)
            .property("username", username)
            .required("username")
            .property("password", password)
            .required("password")
            .property("remember", remember)
            // One text each: a list would be a field that is said more than once.
            .additional_properties(Some(text()))
            .into()
    }
}

impl ToSchema for PasswordForm {}

/// An access token, as OAuth 2.0 has it (RFC 6749, section 5.1). The refresh token is in the cookie.
#[derive(ToSchema)]
pub(crate) struct Tokens {
    /// The access token, a JWT.
    #[schema(pattern = "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$")]
    access_token: String,
    /// How it is sent.
    #[schema(pattern = "^Bearer$", example = "Bearer")]
    token_type: String,
    /// How long it is good, in seconds.
    #[schema(minimum = 1, example = 600)]
    expires_in: i64,
}

/// An access token, and the account that was made.
#[derive(ToSchema)]
pub(crate) struct Registered {
    /// The access token, a JWT.
    #[schema(pattern = "^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$")]
    access_token: String,
    /// How it is sent.
    #[schema(pattern = "^Bearer$", example = "Bearer")]
    token_type: String,
    /// How long it is good, in seconds.
    #[schema(minimum = 1, example = 600)]
    expires_in: i64,
    /// The account.
    user: Profile,
}

/// An account, as its owner sees it.
#[derive(ToSchema)]
pub(crate) struct Profile {
    /// The user's id: the `sub` of their tokens.
    #[schema(format = "uuid", example = "019b76da-a800-7000-8000-0242ac129b1e")]
    id: String,
    /// The name, as it was typed.
    #[schema(
        min_length = 3,
        max_length = 32,
        pattern = "^[A-Za-z0-9._-]{3,32}$",
        example = "ada"
    )]
    username: String,
    /// The address, in its stored form.
    #[schema(format = "email", max_length = 254, example = "ada@example.org")]
    email: String,
    /// Whether it was proven that the address is theirs.
    email_verified: bool,
    /// Whether there is a password. There is none after it was taken away, since somebody else may know it, until the owner chooses another.
    has_password: bool,
    /// What the user may do, in words of the product. Empty for a new user.
    roles: Vec<String>,
    /// The teams that the user belongs to. Empty for a new user.
    groups: Vec<String>,
    /// When the account was made, in UTC.
    #[schema(format = "date-time", example = "2027-01-15T08:00:00Z")]
    created_at: String,
    /// When the account is deleted, if its owner has asked for it, in UTC.
    #[schema(format = "date-time", required = true)]
    deletes_at: Option<String>,
}

/// A set of public keys (RFC 7517, section 5).
#[derive(ToSchema)]
pub(crate) struct JsonWebKeySet {
    /// The keys, in the order of their ids.
    #[schema(min_items = 1)]
    keys: Vec<JsonWebKey>,
}

/// A public key: Ed25519 (RFC 8037, section 2), or P-256 (RFC 7518, section 6.2) where the settings say so.
#[derive(ToSchema)]
pub(crate) struct JsonWebKey {
    /// The key's type.
    #[schema(pattern = "^(OKP|EC)$", example = "OKP")]
    kty: String,
    /// The curve.
    #[schema(pattern = "^(Ed25519|P-256)$", example = "Ed25519")]
    crv: String,
    /// What the key is for.
    #[schema(rename = "use", pattern = "^sig$", example = "sig")]
    key_use: String,
    /// The algorithm.
    #[schema(pattern = "^(EdDSA|ES256)$", example = "EdDSA")]
    alg: String,
    /// The key's id, in the header of each token that it signed.
    #[schema(min_length = 1, example = "2027-01-5f3a09c1")]
    kid: String,
    /// The public key, or its first coordinate, base64url.
    #[schema(pattern = "^[A-Za-z0-9_-]{43}$")]
    x: String,
    /// The second coordinate, base64url. Ed25519 has none.
    #[schema(required = false, pattern = "^[A-Za-z0-9_-]{43}$")]
    y: String,
}

/// That the program runs.
#[derive(ToSchema)]
pub(crate) struct Health {
    /// What was found.
    #[schema(pattern = "^live$", example = "live")]
    status: String,
}

/// That the program can do its work, and how it follows what other processes do.
#[derive(ToSchema)]
pub(crate) struct Readiness {
    /// What was found.
    #[schema(pattern = "^ready$", example = "ready")]
    status: String,
    /// How it hears of what other processes revoke: the database tells it at once (`listening`), or is asked twice a second (`polling`).
    #[schema(pattern = "^(listening|polling)$", example = "listening")]
    revocations: String,
    /// How many seconds ago all that was revoked was known here. Past 5 the row of each token's session is asked instead.
    #[schema(minimum = 0, example = 0.2)]
    revocations_age_seconds: f64,
}

/// What is answered when a request is refused or fails (RFC 9457).
#[derive(ToSchema)]
pub(crate) struct Problem {
    /// The kind of problem: the path of a page that says what it means and what to do. Always the same text for the same kind.
    #[schema(
        rename = "type",
        format = "uri-reference",
        example = "/problems/not-authenticated"
    )]
    kind: String,
    /// What the kind is called.
    #[schema(min_length = 1, example = "A bearer token is needed")]
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 401)]
    status: i32,
    /// What is wrong this time, in a sentence for a person.
    #[schema(min_length = 1, example = "Not authenticated")]
    detail: String,
    /// What is wrong with which field, where fields are wrong.
    #[schema(required = false, min_items = 1)]
    errors: Vec<Fault>,
}

/// What is wrong with one field.
#[derive(ToSchema)]
pub(crate) struct Fault {
    /// The field's name; empty where the whole body is meant.
    #[schema(example = "username")]
    field: String,
    /// A sentence to put beside it.
    #[schema(min_length = 1, example = "This username is taken")]
    message: String,
}
