using MtaSuite.Common.Log;
using MtaSuite.Common.Net;
using MtaSuite.Common.Spool;

namespace MtaSuite.Pickup;

/// <summary>
/// Looks for finished messages in maildrop and submits them, a few at a time. A file that could not be submitted stays for the next scan.
/// </summary>
internal sealed class MaildropScanner(PickupService service, SpoolDirectory spool)
{
    private const int MaxAtOnce = 16;
    private readonly Queue<string> _found = new();
    private readonly HashSet<string> _known = [];
    private int _running;
    private bool _stopped;

    /// <summary>Takes up what is new in the folder.</summary>
    public void Scan()
    {
        if (_stopped) return;
        foreach (string id in spool.Ids(SpoolDirectory.Maildrop))
            if (_known.Add(id)) _found.Enqueue(id);
        StartMore();
    }

    public void Stop()
    {
        _stopped = true;
        _found.Clear();
    }

    private void StartMore()
    {
        while (_running < MaxAtOnce && _found.TryDequeue(out string? id))
        {
            _running++;
            service.Began();
            RunAsync(id).Detach();
        }
    }

    private async Task RunAsync(string id)
    {
        using (MaildropFile file = new(service, spool, id)) await file.SubmitAsync();
        _known.Remove(id);
        _running--;
        StartMore();
        service.Ended();
        Log.Flush();
    }
}
