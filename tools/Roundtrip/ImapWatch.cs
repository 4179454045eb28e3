using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MimeKit;

namespace MtaSuite.Tools.Roundtrip;

/// <summary>A mailbox behind an IMAP server, over one connection.</summary>
internal sealed class ImapWatch(RoundtripOptions options, ServerConnection connection, CancellationToken cancellation) : IArrivals
{
    private readonly ImapClient _client = new();
    private IMailFolder? _folder;
    private UniqueId _found;

    public Failure? Open()
    {
        Server server = options.Imap!;
        return connection.Connect(_client, server) ?? connection.LogIn(_client, server)
            ?? ServerConnection.Try($"open folder {options.Folder}", () =>
        {
            _folder = _client.GetFolder(options.Folder, cancellation);
            _folder.Open(options.Remove ? FolderAccess.ReadWrite : FolderAccess.ReadOnly, cancellation);
        });
    }

    public Failure? Look(string messageId, out HeaderList? header)
    {
        HeaderList? found = null;
        Failure? failure = ServerConnection.Try($"search in folder {options.Folder}", () =>
        {
            // new messages are known to the session after a NOOP
            _client.NoOp(cancellation);
            IList<UniqueId> ids = _folder!.Search(SearchQuery.HeaderContains("Message-ID", messageId), cancellation);
            if (ids.Count == 0) return;
            _found = ids[0];
            found = _folder.GetHeaders(_found, cancellation);
        });
        header = found;
        return failure;
    }

    public Failure? Remove() => ServerConnection.Try("remove the message", () =>
    {
        _folder!.AddFlags(_found, MessageFlags.Deleted, silent: true, cancellation);
        _folder!.Expunge(new[] { _found }, cancellation);
    });

    public void Dispose()
    {
        _ = ServerConnection.Try("", () => _client.Disconnect(quit: true, cancellation));
        _client.Dispose();
    }
}
