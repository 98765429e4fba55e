#!/usr/bin/env python3
"""Imports decks into a fresh Anki collection, one after the other, with Anki's own importer.

usage: check-apkg.py DECK.apkg [NEWER.apkg ...]

Prints one JSON line per deck: how many notes and cards the collection holds after it, how many notes Anki called
added and updated, and the front of every note by its guid. With --render it also prints each card's question as
Anki shows it. Exit 0: all decks were imported and the collection is sound. Exit 1: not. Exit 3: this Python has no
Anki; install Debian's package, or set PAWL_TEST_ANKI to the folder that holds the module.
"""
import json
import os
import sys
import tempfile

sys.path[:0] = [folder for folder in (os.environ.get("PAWL_TEST_ANKI"), "/usr/share/anki") if folder and os.path.isdir(folder)]


def import_old(collection, path):
    """Anki up to 2.1.54: the importer is a class."""
    from anki.importing.apkg import AnkiPackageImporter
    importer = AnkiPackageImporter(collection, path)
    importer.run()
    return {"added": importer.added, "updated": importer.updated}


def import_new(collection, path):
    """Anki since 2.1.55: the importer is a call into the backend."""
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest
    request = ImportAnkiPackageRequest(package_path=path, options=ImportAnkiPackageOptions())
    log = collection.import_anki_package(request).log
    return {"added": len(log.new), "updated": len(log.updated)}


def state(collection, render):
    rows = collection.db.all("select guid, flds from notes order by guid")
    facts = {
        "notes": collection.db.scalar("select count() from notes"),
        "cards": collection.db.scalar("select count() from cards"),
        "fronts": {guid: fields.split("\x1f")[0] for guid, fields in rows},
    }
    if render:
        ids = collection.db.list("select id from cards order by due, id")
        facts["rendered"] = [collection.getCard(card).q() if hasattr(collection, "getCard")
                             else collection.get_card(card).question() for card in ids]
    return facts


def main(arguments):
    render = "--render" in arguments
    paths = [os.path.abspath(path) for path in arguments if path != "--render"]
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import anki.lang
        try:
            from anki.collection import Collection
        except ImportError:
            from anki import Collection
    except ImportError as error:
        print(f"Anki's Python module is not installed: {error}", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(os.path.join(folder, "collection.anki2"))
        try:
            modern = hasattr(collection, "import_anki_package")
            for path in paths:
                counts = (import_new if modern else import_old)(collection, path)
                print(json.dumps({**counts, **state(collection, render)}, ensure_ascii=False), flush=True)
            problems = collection.fixIntegrity() if hasattr(collection, "fixIntegrity") else collection.fix_integrity()
            text, sound = problems
            if not sound:
                print(text, file=sys.stderr)
            return 0 if sound else 1
        finally:
            collection.close(save=False) if not modern else collection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
