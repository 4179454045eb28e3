namespace MtaSuite.Common.Native;

/// <summary>Permissions of files and folders, and the bits in them (chmod(2)). The digits are octal: 8 * 8 is the owner's.</summary>
public static class FileModes
{
    /// <summary>0600: for the owner alone.</summary>
    public const uint PrivateFile = 6 * 8 * 8;
    /// <summary>0640: read by the group too.</summary>
    public const uint GroupReadableFile = 6 * 8 * 8 + 4 * 8;
    /// <summary>0644: read by everybody, written by the owner.</summary>
    public const uint PublicFile = 6 * 8 * 8 + 4 * 8 + 4;
    /// <summary>0666.</summary>
    public const uint WorldWritableFile = 6 * 8 * 8 + 6 * 8 + 6;
    /// <summary>0400: what a lock file has.</summary>
    public const uint ReadOnlyFile = 4 * 8 * 8;

    /// <summary>0700: for the owner alone.</summary>
    public const uint PrivateFolder = 7 * 8 * 8;
    /// <summary>0750: entered by the group too.</summary>
    public const uint GroupFolder = 7 * 8 * 8 + 5 * 8;
    /// <summary>0755: entered by everybody, written by the owner.</summary>
    public const uint PublicFolder = 7 * 8 * 8 + 5 * 8 + 5;
    /// <summary>0777.</summary>
    public const uint WorldWritableFolder = 7 * 8 * 8 + 7 * 8 + 7;
    /// <summary>01777: as /tmp.</summary>
    public const uint StickyFolder = 1 * 8 * 8 * 8 + WorldWritableFolder;

    /// <summary>0777: all bits but sticky, setuid and setgid.</summary>
    public const uint PermissionBits = 7 * 8 * 8 + 7 * 8 + 7;
    /// <summary>0077: whatever others than the owner may do.</summary>
    public const uint GroupAndOthers = 7 * 8 + 7;
    /// <summary>0022.</summary>
    public const uint GroupAndOthersWrite = 2 * 8 + 2;
    /// <summary>0044.</summary>
    public const uint GroupAndOthersRead = 4 * 8 + 4;
    /// <summary>0111.</summary>
    public const uint AnyExecute = 1 * 8 * 8 + 1 * 8 + 1;
    /// <summary>0100.</summary>
    public const uint OwnerExecute = 1 * 8 * 8;
    /// <summary>0400.</summary>
    public const uint OwnerRead = 4 * 8 * 8;
    /// <summary>0200.</summary>
    public const uint OwnerWrite = 2 * 8 * 8;
    /// <summary>0040.</summary>
    public const uint GroupRead = 4 * 8;
    /// <summary>0020.</summary>
    public const uint GroupWrite = 2 * 8;
    /// <summary>0004.</summary>
    public const uint OthersRead = 4;
    /// <summary>0002.</summary>
    public const uint OthersWrite = 2;
    /// <summary>0001: of a folder, to enter it.</summary>
    public const uint OthersExecute = 1;
    /// <summary>01000: in such a folder nobody removes another's files (/tmp).</summary>
    public const uint Sticky = 1 * 8 * 8 * 8;
    /// <summary>07777: all bits.</summary>
    public const uint AllBits = 7 * 8 * 8 * 8 + PermissionBits;
}
