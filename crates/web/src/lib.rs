//! The web app: customer app and business inbox.
