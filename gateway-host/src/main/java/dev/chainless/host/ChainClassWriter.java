package dev.chainless.host;

import dev.chainless.host.ChainShape.Step;
import dev.chainless.spi.http.Attempt;
import dev.chainless.spi.http.BodyOut;
import dev.chainless.spi.http.Completion;
import dev.chainless.spi.http.Exchange;
import dev.chainless.spi.http.Head;
import dev.chainless.spi.http.HttpStage;
import dev.chainless.spi.http.RequestBody;
import dev.chainless.spi.http.ResponseBody;
import dev.chainless.spi.http.Verdict;
import io.netty.buffer.ByteBuf;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the class of a shape. A phase becomes one flat method:
 *
 * <pre>{@code
 * Verdict request(Cursor c) {
 *     Exchange x = c.exchange;
 *     Verdict v;
 *     switch (c.step) {
 *         case 0: c.step = 1; if ((v = s0.authenticate(x)) != CONTINUE) return v;
 *         case 1: c.step = 2; if ((v = s2.onRequest(x)) != CONTINUE) return v;
 *         default:
 *     }
 *     c.entered = 3;
 *     return CONTINUE;
 * }
 * }</pre>
 *
 * <p>The fall-through is the fast path, and the switch the way back in after a suspension. It is flat since C2 does not
 * inline recursion. Each call stands in a bytecode of its own with a type profile of its own, so that the JIT inlines
 * the stages as if they were called statically. Stages are called through the SPI's interfaces, as their classes need
 * not be accessible from here; a field's type is {@link HttpStage}, and no cast is needed for a call through another
 * interface: the verifier treats interfaces as {@code Object} (JVMS 4.10.1.2) and the call itself checks the receiver.
 *
 * <p>The stages are instance fields, or, if they are folded, class data that {@code ldc} loads as constants.
 *
 * <p>The source file is the names of the stages, {@code rate-limit > jwt}, and the line is the step. HotSpot leaves
 * frames of hidden classes out of stack traces unless {@code -XX:+UnlockDiagnosticVMOptions -XX:+ShowHiddenFrames} is
 * given.
 */
final class ChainClassWriter {
    /** Steps in one method: longer phases are cut, since HotSpot compiles no method of more than 8,000 bytes. */
    static final int SEGMENT = 64;

    private static final int MAX_SOURCE = 1000;

    private static final ClassDesc SELF = ClassDesc.of("dev.chainless.host.ChainOfShape");
    private static final ClassDesc BASE = desc(ShapedChain.class);
    private static final ClassDesc STAGE = desc(HttpStage.class);
    private static final ClassDesc CURSOR = desc(Cursor.class);
    private static final ClassDesc EXCHANGE = desc(Exchange.class);
    private static final ClassDesc ATTEMPT = desc(Attempt.class);
    private static final ClassDesc VERDICT = desc(Verdict.class);
    private static final ClassDesc COMPLETION = desc(Completion.class);
    private static final ClassDesc REQUEST_BODY = desc(RequestBody.class);
    private static final ClassDesc RESPONSE_BODY = desc(ResponseBody.class);
    private static final ClassDesc INDEX_ERROR = desc(IndexOutOfBoundsException.class);
    private static final ClassDesc STAGES = STAGE.arrayType();

    private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(ConstantDescs.CD_void, desc(ChainShape.class),
            STAGES, ConstantDescs.CD_String.arrayType());
    private static final MethodTypeDesc DECIDES = MethodTypeDesc.of(VERDICT, CURSOR);
    private static final MethodTypeDesc COMPLETES = MethodTypeDesc.of(ConstantDescs.CD_void, CURSOR, COMPLETION);
    private static final MethodTypeDesc LOGS = MethodTypeDesc.of(ConstantDescs.CD_void, CURSOR);
    private static final MethodTypeDesc TAKES_DATA =
            MethodTypeDesc.of(ConstantDescs.CD_void, EXCHANGE, desc(ByteBuf.class), desc(BodyOut.class));
    private static final MethodTypeDesc FLUSHES =
            MethodTypeDesc.of(ConstantDescs.CD_void, EXCHANGE, desc(BodyOut.class));
    private static final MethodTypeDesc TAKES_END =
            MethodTypeDesc.of(ConstantDescs.CD_void, EXCHANGE, desc(Head.class), desc(BodyOut.class));
    private static final MethodTypeDesc WANTS = MethodTypeDesc.of(ConstantDescs.CD_boolean, EXCHANGE);

    private final ChainShape shape;
    private final String source;
    private final boolean fold;

    ChainClassWriter(ChainShape shape, String[] names, boolean fold) {
        this.shape = shape;
        this.source = source(names);
        this.fold = fold;
    }

    /** {@return the class file} */
    byte[] write() {
        return ClassFile.of().build(SELF, type -> {
            type.withFlags(AccessFlag.FINAL, AccessFlag.SUPER).withSuperclass(BASE);
            type.with(SourceFileAttribute.of(source));
            fields(type);
            constructor(type);
            phase(type, "request", shape.request, DECIDES);
            if (!shape.upstreamRequest.isEmpty()) {
                phase(type, "upstreamRequest", shape.upstreamRequest, DECIDES);
            }
            if (!shape.upstreamResponse.isEmpty()) {
                phase(type, "upstreamResponse", shape.upstreamResponse, DECIDES);
            }
            if (!shape.response.isEmpty()) {
                phase(type, "response", shape.response, DECIDES);
            }
            if (!shape.complete.isEmpty()) {
                phase(type, "complete", shape.complete, COMPLETES);
            }
            if (!shape.log.isEmpty()) {
                phase(type, "log", shape.log, LOGS);
            }
            if (shape.requestBodies.length > 0) {
                body(type, shape.requestBodies, REQUEST_BODY, "requestData", TAKES_DATA);
                body(type, shape.requestBodies, REQUEST_BODY, "requestEnd", TAKES_END);
            }
            if (shape.responseBodies.length > 0) {
                body(type, shape.responseBodies, RESPONSE_BODY, "wantsResponseBody", WANTS);
                body(type, shape.responseBodies, RESPONSE_BODY, "responseData", TAKES_DATA);
                body(type, shape.responseBodies, RESPONSE_BODY, "responseFlush", FLUSHES);
                body(type, shape.responseBodies, RESPONSE_BODY, "responseEnd", TAKES_END);
            }
        });
    }

    private void fields(ClassBuilder type) {
        for (int i = 0; i < shape.stages() && !fold; i++) {
            type.withField("s" + i, STAGE, ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
        }
    }

    private void constructor(ClassBuilder type) {
        type.withMethodBody(ConstantDescs.INIT_NAME, CONSTRUCTOR, 0, code -> {
            code.aload(0).aload(1).aload(2).aload(3).invokespecial(BASE, ConstantDescs.INIT_NAME, CONSTRUCTOR);
            for (int i = 0; i < shape.stages() && !fold; i++) {
                code.aload(0).aload(2).loadConstant(i).aaload().putfield(SELF, "s" + i, STAGE);
            }
            code.return_();
        });
    }

    private void phase(ClassBuilder type, String name, List<Step> steps, MethodTypeDesc descriptor) {
        if (steps.size() <= SEGMENT) {
            type.withMethodBody(name, descriptor, 0, code -> flat(code, name, steps, 0, descriptor));
            return;
        }
        type.withMethodBody(name, descriptor, 0, code -> segments(code, name, steps, descriptor));
        for (int from = 0; from < steps.size(); from += SEGMENT) {
            int first = from;
            List<Step> segment = steps.subList(from, Math.min(steps.size(), from + SEGMENT));
            type.withMethodBody(segmentName(name, from), descriptor, ClassFile.ACC_PRIVATE,
                    code -> flat(code, "", segment, first, descriptor));
        }
    }

    /** The steps of a phase, or of a segment of one, which has no name. */
    private void flat(CodeBuilder code, String name, List<Step> steps, int first, MethodTypeDesc descriptor) {
        boolean decides = descriptor.equals(DECIDES);
        int subject = descriptor.parameterCount() + 1;
        int verdict = subject + 1;
        code.aload(1).getfield(CURSOR, "exchange", EXCHANGE);
        if (!steps.isEmpty() && steps.getFirst().call().descriptor.parameterType(0).equals(ATTEMPT)) {
            code.invokevirtual(EXCHANGE, "attempt", MethodTypeDesc.of(ATTEMPT));
        }
        code.astore(subject);
        Label stop = code.newLabel();
        Label end = code.newLabel();
        List<Label> labels = enter(code, steps.size(), first, end);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            int next = first + i + 1;
            code.labelBinding(labels.get(i)).lineNumber(next);
            code.aload(1).loadConstant(next).putfield(CURSOR, "step", ConstantDescs.CD_int);
            stage(code, step.stage());
            code.aload(subject);
            if (descriptor.equals(COMPLETES)) {
                code.aload(2);
            }
            code.invokeinterface(step.call().owner, step.call().method(), step.call().descriptor);
            if (decides) {
                code.astore(verdict).aload(verdict).getstatic(VERDICT, "CONTINUE", VERDICT).if_acmpne(stop);
            }
        }
        code.labelBinding(end);
        leave(code, name, decides);
        if (decides && !steps.isEmpty()) {
            code.labelBinding(stop).aload(verdict).areturn();
        }
    }

    /** A switch over the segments of a phase, as {@link #flat} has over its steps. */
    private void segments(CodeBuilder code, String name, List<Step> steps, MethodTypeDesc descriptor) {
        boolean decides = descriptor.equals(DECIDES);
        int verdict = descriptor.parameterCount() + 1;
        Label stop = code.newLabel();
        Label end = code.newLabel();
        List<Label> labels = new ArrayList<>();
        List<SwitchCase> cases = new ArrayList<>();
        for (int i = 0; i * SEGMENT < steps.size(); i++) {
            labels.add(code.newLabel());
            cases.add(SwitchCase.of(i, labels.get(i)));
        }
        code.aload(1).getfield(CURSOR, "step", ConstantDescs.CD_int).loadConstant(SEGMENT).idiv();
        code.tableswitch(0, labels.size() - 1, end, cases);
        for (int i = 0; i < labels.size(); i++) {
            code.labelBinding(labels.get(i)).aload(0).aload(1);
            if (descriptor.equals(COMPLETES)) {
                code.aload(2);
            }
            code.invokevirtual(SELF, segmentName(name, i * SEGMENT), descriptor);
            if (decides) {
                code.astore(verdict).aload(verdict).getstatic(VERDICT, "CONTINUE", VERDICT).if_acmpne(stop);
            }
        }
        code.labelBinding(end);
        leave(code, name, decides);
        if (decides) {
            code.labelBinding(stop).aload(verdict).areturn();
        }
    }

    private List<Label> enter(CodeBuilder code, int steps, int first, Label end) {
        List<Label> labels = new ArrayList<>();
        List<SwitchCase> cases = new ArrayList<>();
        for (int i = 0; i < steps; i++) {
            labels.add(code.newLabel());
            cases.add(SwitchCase.of(first + i, labels.get(i)));
        }
        if (steps > 0) {
            code.aload(1).getfield(CURSOR, "step", ConstantDescs.CD_int);
            code.tableswitch(first, first + steps - 1, end, cases);
        }
        return labels;
    }

    private void leave(CodeBuilder code, String name, boolean decides) {
        if (name.equals("request")) {
            code.aload(1).loadConstant(shape.stages()).putfield(CURSOR, "entered", ConstantDescs.CD_int);
        }
        if (decides) {
            code.getstatic(VERDICT, "CONTINUE", VERDICT).areturn();
        } else {
            code.return_();
        }
    }

    /** A method that passes its parameters after the first, which says to which stage, on. */
    private void body(ClassBuilder type, int[] stages, ClassDesc owner, String name, MethodTypeDesc call) {
        MethodTypeDesc descriptor = call.insertParameterTypes(0, ConstantDescs.CD_int);
        type.withMethodBody(name, descriptor, 0, code -> {
            Label none = code.newLabel();
            List<SwitchCase> cases = new ArrayList<>();
            for (int i = 0; i < stages.length; i++) {
                cases.add(SwitchCase.of(i, code.newLabel()));
            }
            code.iload(1).tableswitch(0, stages.length - 1, none, cases);
            for (int i = 0; i < stages.length; i++) {
                code.labelBinding(cases.get(i).target()).lineNumber(i + 1);
                stage(code, stages[i]);
                for (int parameter = 0; parameter < call.parameterCount(); parameter++) {
                    code.aload(parameter + 2);
                }
                code.invokeinterface(owner, name, call);
                if (call.equals(WANTS)) {
                    code.ireturn();
                } else {
                    code.return_();
                }
            }
            code.labelBinding(none).new_(INDEX_ERROR).dup().iload(1);
            code.invokespecial(INDEX_ERROR, ConstantDescs.INIT_NAME,
                    MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int));
            code.athrow();
        });
    }

    private void stage(CodeBuilder code, int i) {
        if (fold) {
            code.ldc(DynamicConstantDesc.ofNamed(
                    ConstantDescs.BSM_CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME, STAGE, i));
        } else {
            code.aload(0).getfield(SELF, "s" + i, STAGE);
        }
    }

    private static String segmentName(String phase, int from) {
        return phase + "From" + from;
    }

    private static String source(String[] names) {
        String source = String.join(" > ", names);
        return source.length() <= MAX_SOURCE ? source : source.substring(0, MAX_SOURCE) + "...";
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}
