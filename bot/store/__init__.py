"""SQL behind the pipeline's protocols: tables, migrations, the one writer, the book, the outbox."""
