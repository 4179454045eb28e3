namespace MtaSuite.Common.Mail;

/// <summary>Error classes that are reported to the postmaster (notify_classes).</summary>
[Flags]
public enum NotifyClass : ushort
{
    None = 0, Bounce = 1, DoubleBounce = 2, Data = 4, Delay = 8, Policy = 16, Protocol = 32, Resource = 64, Software = 128,
}

/// <summary>Reads notify_classes.</summary>
public static class NotifyClasses
{
    /// <summary>Reads a list separated by commas and white space. Unknown words are left out and given back.</summary>
    public static NotifyClass Parse(string list, out List<string> unknown)
    {
        NotifyClass classes = NotifyClass.None;
        unknown = [];
        foreach (string word in list.Split([' ', '\t', '\r', '\n', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            NotifyClass one = Parse(word.ToLowerInvariant());
            if (one == NotifyClass.None) unknown.Add(word);
            classes |= one;
        }
        return classes;
    }

    private static NotifyClass Parse(string word) => word switch
    {
        "bounce" => NotifyClass.Bounce | NotifyClass.DoubleBounce, // documented: "also implies 2bounce"
        "2bounce" => NotifyClass.DoubleBounce,
        "data" => NotifyClass.Data,
        "delay" => NotifyClass.Delay,
        "policy" => NotifyClass.Policy,
        "protocol" => NotifyClass.Protocol,
        "resource" => NotifyClass.Resource,
        "software" => NotifyClass.Software,
        _ => NotifyClass.None,
    };
}
