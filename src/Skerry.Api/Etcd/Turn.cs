namespace Skerry.Api.Etcd;

/// <summary>A place in a <see cref="TurnQueue"/>.</summary>
/// <param name="Name">Of what.</param>
/// <param name="Key">The key that stands for it.</param>
/// <param name="Created">The revision that made it.</param>
/// <param name="Lease">The lease it is on.</param>
/// <param name="WasThere">Whether it had been taken before.</param>
internal readonly record struct Turn(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Key, long Created, long Lease, bool WasThere);
