namespace Skerry.Manifest.Core;

/// <summary>A part of a state that is to take the place of the one there is.</summary>
/// <param name="Id">Names the restore; not 0.</param>
/// <param name="Offset">Bytes of the parts before; 0 begins a restore, whatever was under way. A part without bytes that is not the last gives one up.</param>
/// <param name="IsLast">Whether it is whole now, and put in place.</param>
/// <param name="Bytes">The part.</param>
internal sealed record RestorePartBody(ulong Id, long Offset, bool IsLast, ReadOnlyMemory<byte> Bytes);
