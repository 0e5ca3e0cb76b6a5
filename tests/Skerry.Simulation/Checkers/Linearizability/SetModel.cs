using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>A set of the numbers 0 to 62, a bit each.</summary>
internal sealed class SetModel : ISequentialModel
{
    public long Initial => 0;

    public long Step(long state, in Operation operation, out long result)
    {
        var bit = 1L << operation.A;
        switch (operation.Kind)
        {
            case OperationKind.Elements:
                result = state;
                return state;
            case OperationKind.Add:
                result = (state & bit) == 0 ? 1 : 0;
                return state | bit;
            case OperationKind.Remove:
                result = (state & bit) == 0 ? 0 : 1;
                return state & ~bit;
            default:
                throw new InvariantException($"A set knows no {operation.Kind}");
        }
    }
}
