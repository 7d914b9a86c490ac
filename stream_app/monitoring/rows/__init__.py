"""From events to one matrix a stream: columns, types, cells, categories, and the tables they wait in."""
