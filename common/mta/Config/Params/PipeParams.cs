namespace MtaSuite.Common.Config.Params;

/// <summary>Parameters of delivery to commands of master.cf.</summary>
public static class PipeParams
{
    public static readonly TimeParam CommandTimeLimit = new("command_time_limit", "1000s", min: "1s",
        doc: "Longest run of a command that takes mail.");
    public static readonly TextParam PipeDeliveryStatusFilter = new("pipe_delivery_status_filter",
        "$default_delivery_status_filter",
        doc: "Table that changes the status of deliveries to commands.");

    public static IReadOnlyList<Param> All { get; } =
    [
        CommandTimeLimit, PipeDeliveryStatusFilter,
    ];

    public static readonly TimeFamily TimeLimit = new("{transport}_time_limit", CommandTimeLimit,
        doc: "Longest run of the command of this pipe or spawn service.");

    public static IReadOnlyList<ParamFamily> Families { get; } = [TimeLimit];
}
