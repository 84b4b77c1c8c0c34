//! What accounts, businesses and operators sign in public; deterministic CBOR.
