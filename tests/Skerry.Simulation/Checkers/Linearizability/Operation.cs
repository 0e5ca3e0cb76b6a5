namespace Skerry.Simulation;

/// <summary>What a client asks for.</summary>
/// <param name="Key">Of which object; each is of one kind for ever.</param>
/// <param name="Kind">What.</param>
/// <param name="A">First argument.</param>
/// <param name="B">Second argument.</param>
internal readonly record struct Operation(int Key, OperationKind Kind, int A = 0, int B = 0)
{
    /// <summary>Whether it changes nothing.</summary>
    public bool IsRead => Kind is OperationKind.Read or OperationKind.Holder or OperationKind.Elements;

    public override string ToString() => $"{Kind}({A}, {B}) of {Key}";
}
