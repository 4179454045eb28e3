namespace MtaSuite.Tools.Postmap;

/// <summary>What --help prints.</summary>
internal static class PostmapManual
{
    private const string Shared = """

          -q KEY        print the value of KEY from the first table that has it; -: of every line of standard input, as "KEY VALUE"
          -s            list all entries
          -d KEY        remove KEY from every table; -: every line of standard input
          -i            add entries from standard input to those in the table
          -r, -w        for a key that exists: replace its value; keep it without a warning
          -f            do not fold keys to lower case
          -j            print JSON, one object a line
          -u            keys and values are bytes, not UTF-8
          -N, -n        store a NUL after keys and values, or not (default)
          -o            as root, do not take the rights of the source file's owner
          -p            do not take the source file's permissions; everybody may read the file
          -c DIR        configuration folder
          -v            verbose

        hash:, btree: and cdb: write NAME.cdb (the cdb format); lmdb: writes NAME.lmdb. The default type is default_database_type.
        Daemons use a new file without a reload.

        Exit status: 0 done, or found; 1 not found, or failed.

        """;

    public const string Postmap = """
        postmap - build and query lookup tables

        usage: postmap [OPTION...] [TYPE:]FILE...

        Builds an indexed table from FILE, whose lines are "key value".

          -F            values name files whose contents are the values
          -b, -h        with -q -: keys are the body lines, or the header fields, of a message, as for body_checks and header_checks
          -m            with -b or -h: follow the MIME structure: fields of parts and attached messages are headers, not body
          -U            with -b or -h: keys must be UTF-8
        """ + Shared;

    public const string Postalias = """
        postalias - build and query alias tables

        usage: postalias [OPTION...] [TYPE:]FILE...

        Builds an indexed table from FILE, whose lines are "name: value, value" as in aliases(5).

        """ + Shared;

    public const string Newaliases = """
        newaliases - rebuild the alias tables

        usage: newaliases [-c DIR] [-oA TABLE] [-v]

        Rebuilds every table of alias_database, or TABLE, as postalias does.

        Exit status: 0 done; 1 error.

        """;
}
