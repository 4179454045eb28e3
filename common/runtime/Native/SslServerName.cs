using System.Runtime.InteropServices;

namespace MtaSuite.Common.Native;

/// <summary>The server's name that a client asks for (SNI, RFC 6066 3).</summary>
public static unsafe partial class SslServerName
{
    private const int CtrlHostName = 55, CtrlServerNameCallback = 53, CtrlServerNameArgument = 54;

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_CTX_callback_ctrl")]
    private static partial nint ContextCallback(nint context, int command, nint callback);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_get_servername")]
    private static partial nint ServerName(nint ssl, int type);

    [LibraryImport(OpenSsl.Ssl, EntryPoint = "SSL_set_SSL_CTX")]
    private static partial nint SwitchContext(nint ssl, nint context);

    /// <summary>Client: the name to ask for (SNI).</summary>
    public static bool Set(SslConnection connection, string name)
    {
        fixed (byte* text = OpenSsl.Terminated(name)) return SslConnection.Control(connection.Handle, CtrlHostName, 0, (nint)text) == 1;
    }

    /// <summary>Server: the name the client asked for, or empty.</summary>
    public static string Requested(SslConnection connection) => OpenSsl.Text(ServerName(connection.Handle, 0));

    /// <summary>Finds the context for the name that a client asks for: (id given to <see cref="Serve"/>, name); 0: stay.</summary>
    public static Func<nint, string, nint>? ContextForName { get; set; }

    /// <summary>Server: asks <see cref="ContextForName"/> for each client that sends a name (SNI, RFC 6066).</summary>
    public static void Serve(nint context, nint id)
    {
        var callback = (delegate* unmanaged[Cdecl]<nint, int*, nint, int>)&OnServerName;
        _ = ContextCallback(context, CtrlServerNameCallback, (nint)callback);
        _ = SslContext.Control(context, CtrlServerNameArgument, 0, id);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static int OnServerName(nint ssl, int* alert, nint id)
    {
        const int Ok = 0, NoAcknowledgement = 3;
        string name = OpenSsl.Text(ServerName(ssl, 0));
        if (name.Length == 0) return NoAcknowledgement;
        nint context = ContextForName?.Invoke(id, name) ?? 0;
        if (context != 0) _ = SwitchContext(ssl, context);
        return context != 0 ? Ok : NoAcknowledgement;
    }
}
