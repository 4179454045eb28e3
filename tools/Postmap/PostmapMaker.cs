using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using MtaSuite.Common.Config;
using MtaSuite.Common.Native;
using MtaSuite.Common.Tables;
using MtaSuite.Common.Tables.Text;
using MtaSuite.Tools.Tables;

namespace MtaSuite.Tools.Postmap;

/// <summary>Builds a table from its source text, adds entries to it (-i) and removes them (-d).</summary>
internal sealed class PostmapMaker(PostmapOptions options, TableOptions tableOptions, bool aliases, Stream input, PostmapOutput output,
    long mapSize)
{
    /// <summary>Builds one table.</summary>
    public void Make(TableName table)
    {
        if (options.Has('i'))
        {
            Fill(table, input, "stdin", new TableWriterOptions { Incremental = true, TrailingNul = options.Has('N') });
            return;
        }
        CheckType(table);
        int fd = FileIO.Open(table.Name, FileIO.O_RDONLY | FileIO.O_CLOEXEC, 0);
        if (fd < 0) throw new PostmapFatalException($"open {table.Name}: {Errno.Text()}");
        using FileStream source = new(new SafeFileHandle(fd, true), FileAccess.Read, 0);
        if (!FileStatus.TryGet(fd, out FileStatus status)) throw new PostmapFatalException($"fstat {table.Name}: {Errno.Text()}");
        bool borrowed = BecomeOwner(status);
        try
        {
            Fill(table, source, table.Name, new TableWriterOptions
            {
                TrailingNul = options.Has('N'),
                // the source's read permissions for group and others
                Mode = options.Has('p') || !status.IsRegular ? FileModes.PublicFile
                    : (status.Permissions & FileModes.GroupAndOthersRead) | FileModes.PrivateFile,
                SizeHint = status.Size,
            });
        }
        finally
        {
            if (borrowed) Credentials.ResetFileIdentity();
        }
    }

    /// <summary>
    /// root handles a file of another user with that user's rights, so that what stands in the user's directory cannot mislead it.
    /// </summary>
    private bool BecomeOwner(in FileStatus source)
    {
        if (options.Has('o') || Credentials.GetEUid() != 0 || source.Uid == 0 || !source.IsRegular) return false;
        return Credentials.SetFileIdentity(source.Uid, source.Gid)
            ? true
            : throw new PostmapFatalException($"cannot take the rights of user {source.Uid}");
    }

    private static void CheckType(TableName table)
    {
        if (TableWriter.CanWrite(table.Type)) return;
        throw new PostmapFatalException($"unsupported dictionary type: {table.Type}"
            + (TableFactory.TypeNames.Contains(table.Type) ? " does not support bulk-mode creation." : ""));
    }

    private void Fill(TableName table, Stream source, string name, TableWriterOptions writerOptions)
    {
        CheckType(table);
        using TableWriter writer = TableWriter.Open(table.Type, table.Name, writerOptions with { MapSize = mapSize });
        ThrowOn(writer);
        SourceReader reader = new(source, name, aliases ? SourceFormat.Aliases : SourceFormat.Map, tableOptions, output.Warning);
        while (reader.TryRead(out SourceEntry entry))
        {
            byte[]? value = options.Has('F') ? FileContents(entry, name) : entry.Value;
            if (value != null) Put(writer, entry with { Value = value }, name);
            ThrowOn(writer);
        }
        if (reader.Error != null) throw new PostmapFatalException(reader.Error);
        if (!writer.TryCommit()) ThrowOn(writer);
    }

    private void Put(TableWriter writer, in SourceEntry entry, string name)
    {
        if (options.Duplicates == DuplicatePolicy.Replace) writer.Set(entry.Key, entry.Value);
        else if (!writer.TryAdd(entry.Key, entry.Value) && writer.Error == null && options.Duplicates == DuplicatePolicy.Warn)
            output.Warning($"{name}, line {entry.Line}: duplicate entry: \"{Bytes.Decode(entry.Key, tableOptions.Utf8)}\"");
    }

    private static void ThrowOn(TableWriter writer)
    {
        if (writer.Error != null) throw new PostmapFatalException(writer.Error);
    }

    /// <summary>
    /// -F: the value names files; what is stored is their content, a newline between files, in base64. Null when one cannot be read.
    /// </summary>
    private byte[]? FileContents(in SourceEntry entry, string name)
    {
        if (FileValues.TryRead(Bytes.Decode(entry.Value, tableOptions.Utf8), out string base64,
            out string error)) return Bytes.Encode(base64, false);
        output.Warning($"{name}, line {entry.Line}: {error}: skipping this entry");
        return null;
    }

    /// <summary>-d: removes a key, or those on standard input, from every table. 0: at least one was there.</summary>
    public int Delete(List<TableName> tables, string key)
    {
        List<string> keys = key == "-" ? [.. StandardInputKeys()] : [Bytes.FromArgument(key, tableOptions.Utf8)];
        bool found = false;
        foreach (TableName table in tables)
        {
            if (!TableWriter.CanWrite(table.Type))
            {
                throw new PostmapFatalException(TableFactory.TypeNames.Contains(table.Type)
                    ? $"table {table.Spec}: delete operation is not supported"
                    : $"unsupported dictionary type: {table.Type}");
            }
            using TableWriter writer = TableWriter.Open(table.Type, table.Name,
                new TableWriterOptions { Incremental = true, MustExist = true, MapSize = mapSize });
            bool changed = false;
            foreach (string name in keys)
                changed |= writer.TryRemove(Bytes.Encode(tableOptions.FoldKeys ? Table.FoldKey(name, tableOptions.Utf8) : name,
                    tableOptions.Utf8));
            if (changed) writer.TryCommit();
            ThrowOn(writer);
            found |= changed;
        }
        return found ? 0 : 1;
    }

    private IEnumerable<string> StandardInputKeys()
    {
        ByteLineReader lines = new(input);
        while (lines.TryRead(out byte[] line))
            if (!tableOptions.Utf8 || Utf8.IsValid(line)) yield return Bytes.Decode(line, tableOptions.Utf8);
    }
}
