namespace MtaSuite.Common.Authentication.Messages;

/// <summary>How much may change on the way without harm to a signature (RFC 6376 3.4).</summary>
public enum Canonicalization : byte { Simple, Relaxed }

/// <summary>Hash algorithms of signatures. RFC 8301 leaves one: SHA-1 is neither made nor accepted.</summary>
public enum HashKind : byte { Sha256 }
