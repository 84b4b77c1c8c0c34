//! What is inside the encryption: MIMI content and business content.
