using System.Buffers;
using MtaSuite.Common.Ipc;
using MtaSuite.Common.Ipc.Messages;
using MtaSuite.Common.Log;
using MtaSuite.Common.Native;
using MtaSuite.Common.Net;

namespace MtaSuite.Smtpd.Proxy;

/// <summary>
/// A whole message for a filter (speed_adjust): in memory as long as it is small, then in a file that has no name. A thread writes and
/// reads the file, one piece at a time. Owns the file.
/// </summary>
/// <param name="folder">Where the file is made.</param>
internal sealed class ProxyBuffer(WorkerPool workers, string folder) : ISubmission, IDisposable
{
    /// <summary>So much is kept in memory, and written and read at once, bytes.</summary>
    public const int PieceSize = 64 * 1024;
    private ArrayBufferWriter<byte> _tail = new();
    private FileStream? _file;
    private long _fileLength;
    private Promise<bool>? _room;
    private bool _writing, _failed, _disposed;

    /// <summary>The file could not be written, which is logged.</summary>
    public bool IsAnswered => _failed;

    public bool HasRoom => _tail.WrittenCount < PieceSize || !_writing;

    public Promise<bool> RoomAsync()
    {
        _room = new Promise<bool>();
        if (HasRoom) _room.TrySet(true);
        return _room;
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        if (_failed) return;
        _tail.Write(content);
        if (_tail.WrittenCount >= PieceSize && !_writing) WritePieceAsync().Detach();
    }

    private async Task WritePieceAsync()
    {
        _writing = true;
        ArrayBufferWriter<byte> piece = _tail;
        _tail = new ArrayBufferWriter<byte>(PieceSize);
        long at = _fileLength;
        string? problem = await workers.Run(() => TryWrite(piece.WrittenSpan, at));
        _writing = false;
        if (problem is null) _fileLength = at + piece.WrittenCount;
        else Fail(problem);
        if (_disposed) _file?.Dispose();
        _room?.TrySet(true);
    }

    private string? TryWrite(ReadOnlySpan<byte> piece, long at)
    {
        try
        {
            _file ??= Create();
            RandomAccess.Write(_file.SafeFileHandle, piece, at);
            return null;
        }
        catch (IOException e) { return e.Message; }
        catch (UnauthorizedAccessException e) { return e.Message; }
    }

    private FileStream Create()
    {
        string path = Path.Combine(folder, $"proxy.{Guid.NewGuid():N}");
        FileStream file = new(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = (UnixFileMode)FileModes.PrivateFile,
        });
        File.Delete(path);
        return file;
    }

    private void Fail(string problem)
    {
        if (!_failed) Log.Warning($"proxy speed-adjust log I/O error: {problem}");
        _failed = true;
    }

    /// <summary>All content was written.</summary>
    public Promise<SubmitReply> FinishAsync(SubmitEnd? late)
    {
        Promise<SubmitReply> done = new();
        done.TrySet(new SubmitReply());
        return done;
    }

    /// <summary>Sends the message to a filter as fast as it takes it; false when it broke off, or the file could not be read.</summary>
    public async ValueTask<bool> ReplayAsync(ProxyConnection filter)
    {
        while (_writing) await RoomOfWriterAsync();
        byte[] piece = new byte[(int)Math.Min(PieceSize, _fileLength)];
        for (long at = 0; at < _fileLength && !_failed;)
        {
            int most = (int)Math.Min(piece.Length, _fileLength - at);
            string? problem = await workers.Run(() => TryRead(piece.AsSpan(0, most), at));
            if (problem is not null) Fail(problem);
            else if (!await SendAsync(filter, piece.AsMemory(0, most))) return false;
            at += most;
        }
        return !_failed && await SendAsync(filter, _tail.WrittenMemory);
    }

    private async ValueTask RoomOfWriterAsync()
    {
        _room = new Promise<bool>();
        await _room;
    }

    private static async ValueTask<bool> SendAsync(ProxyConnection filter, ReadOnlyMemory<byte> content)
    {
        for (int at = 0; at < content.Length && !filter.HasLeft; at += PieceSize)
        {
            filter.WriteContent(content.Span.Slice(at, Math.Min(PieceSize, content.Length - at)));
            if (!filter.HasRoom && !await filter.DrainAsync()) return false;
        }
        return !filter.HasLeft;
    }

    private string? TryRead(Span<byte> piece, long at)
    {
        try
        {
            for (int got = 0, n; got < piece.Length; got += n)
                if ((n = RandomAccess.Read(_file!.SafeFileHandle, piece[got..], at + got)) == 0) return "the file has become shorter";
            return null;
        }
        catch (IOException e) { return e.Message; }
    }

    public void Abort(string reason) => Dispose();

    public void Dispose()
    {
        _disposed = true;
        if (!_writing) _file?.Dispose();
    }
}
